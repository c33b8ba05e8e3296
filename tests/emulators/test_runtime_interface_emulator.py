"""Tests the built binary under AWS's Runtime Interface Emulator, with moto as AWS Organizations."""

import os
import unittest
import urllib.error
from pathlib import Path

import services

BOOTSTRAP = Path(os.environ["BOOTSTRAP"]).resolve()


class RuntimeInterfaceEmulator(unittest.TestCase):
    def setUp(self):
        endpoint = self.enterContext(services.moto())
        self.endpoint = endpoint
        self.organization = services.Organization(endpoint)

    def start_function(self, **settings):
        return self.enterContext(services.runtime_interface_emulator(BOOTSTRAP, self.endpoint, settings))

    def test_drift_is_remediated_once_and_no_other_principal_changes(self):
        before = self.organization.create().enabled()
        self.organization.disable()
        invoke = self.start_function()
        event = (services.ROOT / "events/organizations-disable-sso-user.json").read_text()
        report = invoke(event)
        self.assertEqual(report["outcome"], "Remediated")
        self.assertEqual(report["trigger"]["actor"]["type"], "AssumedRole")
        self.assertEqual(self.organization.enabled(), before)
        self.assertEqual(invoke(event)["outcome"], "InSync")

    def test_every_event_file_gets_a_report(self):
        self.organization.create()
        invoke = self.start_function()
        files = sorted((services.ROOT / "events").glob("*.json"))
        self.assertGreaterEqual(len(files), 18)
        for file in files:
            with self.subTest(file.name):
                self.assertEqual(invoke(file.read_text())["outcome"], "InSync")

    def test_audit_mode_changes_nothing(self):
        self.organization.create().disable()
        before = self.organization.enabled()
        self.assertEqual(self.start_function(MODE="audit")("{}")["outcome"], "DriftDetected")
        self.assertEqual(self.organization.enabled(), before)

    def test_disabling_requires_allow_disable(self):
        before = self.organization.create().enabled()
        refused = self.start_function(DESIRED_STATE="disabled")("{}")
        self.assertEqual(refused["errorType"], "InvalidConfiguration")
        self.assertEqual(self.organization.enabled(), before)
        report = self.start_function(DESIRED_STATE="disabled", ALLOW_DISABLE="true")("{}")
        self.assertEqual(report["outcome"], "Remediated")
        self.assertNotIn(services.CONTROL_TOWER, self.organization.enabled())

    def test_a_panic_returns_an_error_and_the_next_invocation_is_answered(self):
        # The SDK panics if the credentials are not a valid header value. The release profile must set panic = "unwind",
        # because cargo-lambda's default is "abort".
        invoke = self.start_function(AWS_ACCESS_KEY_ID="a\nb")
        for _ in range(2):
            self.assertEqual(invoke("{}")["errorType"], "Rejected")

    def test_the_emulator_starts_a_new_process_after_a_client_context_that_ends_the_process(self):
        self.organization.create()
        invoke = self.start_function()
        with self.assertRaises(urllib.error.HTTPError) as raised:
            invoke("{}", client_context='{"custom":null}')
        self.assertEqual(raised.exception.code, 502)
        self.assertEqual(invoke("{}")["outcome"], "InSync")

    def test_a_rejected_payload_does_not_affect_the_next_invocation(self):
        self.organization.create()
        invoke = self.start_function()
        self.assertEqual(invoke('{"mode":"off"}')["errorType"], "InvalidRequest")
        self.assertEqual(invoke("null")["outcome"], "InSync")


if __name__ == "__main__":
    unittest.main(verbosity=2)
