"""The built doctor on a terminal."""

import re
import unittest

import terminal

STACK = "controltower-trusted-access"


class OnATerminal(unittest.TestCase):
    def output(self, scenario, columns=110, **variables):
        with terminal.fake_aws(scenario) as url:
            arguments = ["--stack-name", STACK, "--roles", "--concurrency", "4"]
            return terminal.run(arguments, url, columns, variables)[0]

    def plain(self, output):
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", output)

    def final(self, output):
        return self.plain(terminal.after_progress(output))

    def test_verdicts_are_colored_unless_no_color_is_set(self):
        self.assertIn("\x1b[31m", self.output("troubled"))
        # Not the codes that move the cursor.
        self.assertNotRegex(self.output("troubled", NO_COLOR="1"), r"\x1b\[[0-9;]*m")

    def test_no_line_is_wider_than_the_terminal(self):
        table = self.final(self.output("troubled", 80))
        self.assertTrue(table.startswith("ok           credentials"), table)
        widest = max(len(line) for line in table.splitlines() if "arn:" not in line)
        self.assertLessEqual(widest, 80)

    def test_on_a_narrow_terminal_the_text_is_below_the_title_and_nothing_is_wider(self):
        for columns in (45, 69):
            table = self.final(self.output("troubled", columns)).splitlines()
            self.assertEqual(table[0], "ok           credentials")
            self.assertLessEqual(max(map(len, table)), columns)
            # Broken at a slash or a colon, and complete.
            arn = "arn:aws:controltower:us-east-1:111122223333:landingzone/1A2B3C4D5E6F7G8H"
            self.assertIn(arn, "".join(line.strip() for line in table))
        self.assertTrue(self.final(self.output("troubled", 70)).splitlines()[0].startswith("ok           credentials         arn:"))

    def test_every_check_is_shown_before_the_first_call_and_each_finding_before_the_role_check_ends(self):
        output = self.output("slow")
        self.assertTrue(self.plain(output).startswith("checking     credentials"), output[:200])
        first, _, rest = output.partition("ok           credentials")
        self.assertIn("checking     deployment", first)
        while_checking_roles = rest.rpartition(" of 100 accounts checked")[0]
        for title in ("organization", "trusted access", "event delivery", "landing zone", "deployment"):
            self.assertRegex(while_checking_roles, f"(ok|PROBLEM|NOT CHECKED) +{title} ")

    def test_a_progress_bar_counts_the_checked_accounts(self):
        self.assertRegex(self.output("slow"), r"\d+ of 100 accounts checked")

    def test_ctrl_c_clears_the_progress_bar_prints_the_results_and_exits_with_130(self):
        with terminal.fake_aws("slow") as url:
            output, code = terminal.run(["--roles"], url, 110, {}, interrupt_at="of 100 accounts checked")
        self.assertEqual(code, 130)
        words = " ".join(self.final(output).split())
        self.assertTrue(words.startswith("ok credentials"), words)
        self.assertIn("Interrupted. ", words)
        self.assertIn("the doctor was interrupted", words)
        self.assertNotIn("accounts checked", words)

    def test_the_search_for_outages_has_a_progress_bar_that_ctrl_c_clears(self):
        # Slower than the tests of the output, so that the bar is seen.
        arguments = ["outages", "--lookups-per-second", "10"]
        with terminal.fake_aws("outage") as url:
            output, code = terminal.run(arguments, url, 110, {}, interrupt_at="of 23 event names")
        self.assertEqual(code, 130)
        self.assertIn("Reading the current state", output)
        self.assertRegex(output, r"\d+ of 23 event names, \d+ events")
        words = " ".join(self.final(output).split())
        self.assertTrue(words.startswith("Trusted access of"), words)
        self.assertIn("NOT READ", words)
        self.assertIn("Interrupted. ", words)
        self.assertNotIn("event names", words)

    def test_no_line_of_the_outages_is_wider_than_the_terminal(self):
        for columns in (45, 80):
            with terminal.fake_aws("outage") as url:
                output, _ = terminal.run(["outages", "--lookups-per-second", "1000"], url, columns, {})
            table = [line for line in self.final(output).splitlines() if columns < 70 or "arn:" not in line]
            # A command stays whole, so that it can be copied.
            widest = max(len(line) for line in table if not line.startswith("     aws "))
            self.assertLessEqual(widest, columns)


if __name__ == "__main__":
    unittest.main(verbosity=2)
