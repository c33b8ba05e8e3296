"""moto as a server in this process, which records each request and answers what moto does not support."""

import io
import json
import logging
import os
import re
import threading
import warnings
from urllib.parse import parse_qsl

from moto.cloudformation import responses
from moto.cloudformation.models import Stack
from moto.cloudformation.utils import get_stack_from_s3_url
from moto.moto_api._internal import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from samcli.yamlhelper import yaml_parse
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

import stack

def read_template(url, **account):
    """Returns a template in S3. moto knows only the hosts of AWS, and not SAM's transform."""
    text = get_stack_from_s3_url(re.sub(r"^http://127\.0\.0\.1:\d+", "https://s3.amazonaws.com", url), **account)
    template = yaml_parse(text)
    return json.dumps(stack.transform(template)) if "Transform" in template else text


responses.get_stack_from_s3_url = read_template
# A change set that creates a stack leaves None for a resource whose condition is false.
Stack.stack_resources = property(lambda deployed: [one for one in deployed.resource_map.values() if one])
# It would print each request.
logging.getLogger("werkzeug").setLevel(logging.ERROR)

LANDING_ZONE = "arn:aws:controltower:eu-west-1:123456789012:landingzone/1A2B3C4D5E6F7G8H"


def xml(operation, content=""):
    body = f"<{operation}Response><{operation}Result>{content}</{operation}Result></{operation}Response>"
    return lambda _: Response(body, content_type="text/xml")


def error(status, code, message):
    body = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    return lambda _: Response(body, status, content_type="text/xml")


def reply(**content):
    return lambda _: Response(json.dumps(content), content_type="application/x-amz-json-1.1")


def for_restore(answer):
    """Answers only for the change set of a restore, because moto ignores the deployment mode."""
    return lambda call: answer(call) if call.parameters.get("ChangeSetName") == "restore" else None


# What moto does not support, by `Call.name`. An answer of None leaves the call to moto.
REPLIES = {
    "account POST /listRegions": reply(Regions=[{"RegionName": "ap-east-1", "RegionOptStatus": "ENABLED"}]),
    "cloudformation CreateChangeSet": for_restore(xml("CreateChangeSet", "<Id>restore</Id>")),
    # moto would deploy into the other account without the parameters of the StackSet.
    "cloudformation CreateStackInstances": xml("CreateStackInstances", "<OperationId>1</OperationId>"),
    "cloudformation DeleteChangeSet": for_restore(xml("DeleteChangeSet")),
    "cloudformation DescribeChangeSet": for_restore(xml("DescribeChangeSet", "<Status>CREATE_COMPLETE</Status>")),
    "cloudformation DescribeStackResourceDrifts": xml("DescribeStackResourceDrifts", "<StackResourceDrifts/>"),
    "cloudformation DetectStackDrift": xml("DetectStackDrift", "<StackDriftDetectionId>detection</StackDriftDetectionId>"),
    "cloudformation ExecuteChangeSet": for_restore(xml("ExecuteChangeSet")),
    "cloudformation UpdateTerminationProtection": xml("UpdateTerminationProtection"),
    "cloudtrail LookupEvents": reply(Events=[]),
    "controltower POST /get-landingzone": reply(landingZone={"arn": LANDING_ZONE, "version": "4.0", "manifest": {}}),
    "controltower POST /list-landingzones": reply(landingZones=[{"arn": LANDING_ZONE}]),
    "controltower POST /reset-landingzone": reply(operationIdentifier="0a1b2c3d"),
    "iam SimulatePrincipalPolicy": xml("SimulatePrincipalPolicy", "<EvaluationResults/>"),
    # moto would run the function in Docker.
    "lambda POST /2015-03-31/functions/NAME/invocations": reply(outcome="InSync"),
    "lambda GET /2016-08-19/account-settings": reply(AccountLimit={"ConcurrentExecutions": 1000}),
    "monitoring DescribeAlarmHistory": xml("DescribeAlarmHistory", "<AlarmHistoryItems/>"),
    "sso AttachCustomerManagedPolicyReferenceToPermissionSet": reply(),
    "sso ProvisionPermissionSet": reply(PermissionSetProvisioningStatus={"Status": "IN_PROGRESS"}),
}


class Call:
    """A request: its service, Region, operation and parameters."""

    def __init__(self, request):
        scope = re.search(r"Credential=[^/]+/\d+/([\w-]+)/([\w-]+)/aws4_request", request.headers.get("Authorization", ""))
        self.region, self.service = scope.groups() if scope else ("", "")
        body = request.get_data()
        target = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True)) if not target else {}
        path = re.sub("/functions/[^/]+", "/functions/NAME", request.path)
        operation = target or form.get("Action") or f"{request.method} {path}"
        self.name = f"{self.service} {operation}"
        self.parameters = form if "Action" in form else json.loads(body) if target else {"body": body.decode(errors="replace")}

    def stack_parameters(self):
        """Returns the stack parameters of a CloudFormation call; True for one that keeps its value."""
        found = {}
        for key, name in self.parameters.items():
            if match := re.fullmatch(r"Parameters\.member\.(\d+)\.ParameterKey", key):
                prefix = f"Parameters.member.{match[1]}."
                previous = self.parameters.get(f"{prefix}UsePreviousValue") == "true"
                found[name] = previous or self.parameters.get(f"{prefix}ParameterValue")
        return found


class RecordedAws:
    """The server. `calls` are the requests since the last reset, and `replies` overrides moto's answers.

    `test` is the class whose tests use it. While they run, boto3 calls this server.
    """

    def __init__(self, test):
        self.calls, self.replies = [], {}
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.server = make_server("127.0.0.1", 0, self, threaded=True, request_handler=MotoRequestHandler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        test.addClassCleanup(self.close)
        os.environ["AWS_ENDPOINT_URL"] = self.url
        test.addClassCleanup(os.environ.pop, "AWS_ENDPOINT_URL")
        # boto3 leaves its connections to the garbage collector, which Python would report.
        test.enterClassContext(warnings.catch_warnings())
        warnings.simplefilter("ignore", ResourceWarning)

    def __call__(self, environ, start_response):
        request = Request(environ)
        # moto reads the body again.
        body = request.get_data()
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        call = Call(request)
        self.calls.append(call)
        answer = self.replies.get(call.name, lambda _: None)(call)
        return (answer or self.moto)(environ, start_response)

    def reset(self):
        moto_api_backend.reset()
        self.calls.clear()
        # DescribeStackDriftDetectionStatus is still in progress at the first look.
        states = iter(["DETECTION_IN_PROGRESS"])
        self.replies = REPLIES | {
            "cloudformation DescribeStackDriftDetectionStatus": lambda call: xml(
                "DescribeStackDriftDetectionStatus",
                f"<StackDriftDetectionId>detection</StackDriftDetectionId><DetectionStatus>{next(states, 'DETECTION_COMPLETE')}"
                "</DetectionStatus><StackDriftStatus>DRIFTED</StackDriftStatus>",
            )(call),
        }

    def close(self):
        self.server.shutdown()
        self.server.server_close()

