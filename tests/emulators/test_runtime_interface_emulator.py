"""The built binary under AWS's Runtime Interface Emulator, in front of moto. Neither knows our tests."""

import os
import unittest
from pathlib import Path

import services

BOOTSTRAP = Path(os.environ["BOOTSTRAP"]).resolve()


class UnderTheRuntimeInterfaceEmulator(unittest.TestCase):
    def setUp(self):
        endpoint = self.enterContext(services.moto())
        self.endpoint = endpoint
        self.organization = services.Organization(endpoint)

    def function(self, **settings):
        return self.enterContext(services.runtime_interface_emulator(BOOTSTRAP, self.endpoint, settings))

    def test_drift_is_repaired_once_and_the_rest_of_the_organization_is_untouched(self):
        before = self.organization.create().enabled()
        self.organization.disable()
        invoke = self.function()
        event = (services.ROOT / "events/organizations-disable-sso-user.json").read_text()
        report = invoke(event)
        self.assertEqual(report["outcome"], "Remediated")
        self.assertEqual(report["trigger"]["actor"]["type"], "AssumedRole")
        self.assertEqual(self.organization.enabled(), before)
        self.assertEqual(invoke(event)["outcome"], "InSync")

    def test_every_event_file_is_answered_with_a_report(self):
        self.organization.create()
        invoke = self.function()
        files = sorted((services.ROOT / "events").glob("*.json"))
        self.assertGreaterEqual(len(files), 18)
        for file in files:
            with self.subTest(file.name):
                self.assertEqual(invoke(file.read_text())["outcome"], "InSync")

    def test_audit_leaves_the_organization_as_it_is(self):
        self.organization.create().disable()
        before = self.organization.enabled()
        self.assertEqual(self.function(MODE="audit")("{}")["outcome"], "DriftDetected")
        self.assertEqual(self.organization.enabled(), before)

    def test_disabling_takes_both_switches(self):
        before = self.organization.create().enabled()
        refused = self.function(DESIRED_STATE="disabled")("{}")
        self.assertEqual(refused["errorType"], "InvalidConfiguration")
        self.assertEqual(self.organization.enabled(), before)
        report = self.function(DESIRED_STATE="disabled", ALLOW_DISABLE="true")("{}")
        self.assertEqual(report["outcome"], "Remediated")
        self.assertNotIn(services.CONTROL_TOWER, self.organization.enabled())

    def test_a_panic_of_the_shipped_binary_is_answered(self):
        # The SDK panics over credentials that no header can hold. cargo-lambda would build with
        # panic = "abort" if the release profile did not say otherwise.
        invoke = self.function(AWS_ACCESS_KEY_ID="a\nb")
        for _ in range(2):
            self.assertEqual(invoke("{}")["errorType"], "Rejected")

    def test_a_refused_payload_does_not_harm_the_next_one(self):
        self.organization.create()
        invoke = self.function()
        self.assertEqual(invoke('{"mode":"off"}')["errorType"], "InvalidRequest")
        self.assertEqual(invoke("null")["outcome"], "InSync")


if __name__ == "__main__":
    unittest.main(verbosity=2)
