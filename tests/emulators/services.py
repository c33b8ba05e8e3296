"""Third-party servers as context managers: moto, cargo-lambda and AWS's Runtime Interface Emulator.

Each server listens on a port of 127.0.0.1 and accepts connections when the block begins. It is
stopped by its process group when the block ends, also after an exception, Ctrl-C or SIGTERM.
"""

import base64
import contextlib
import json
import os
import platform
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
CONTROL_TOWER = "controltower.amazonaws.com"
FUNCTION = "controltower-trusted-access"
READY_TIMEOUT = 60  # seconds

# Raises SystemExit, so that SIGTERM runs every `finally` as Ctrl-C does.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


# With their default settings, Linux and macOS give no port below 32768 to a program that asks for any port.
PORTS = range(20_000, 32_000)
returned_ports = set()


def free_port():
    """Returns a port that is free, and that nothing else of these tests takes.

    It is for cargo-lambda and the Runtime Interface Emulator: they accept only a number, so they can neither choose a port
    nor take over a bound socket.
    """
    while True:
        with contextlib.suppress(OSError), socket.socket() as listener:
            port = random.choice([port for port in PORTS if port not in returned_ports])
            listener.bind(("127.0.0.1", port))
            returned_ports.add(port)
            return port


def aws_environment(endpoint):
    """Returns the environment with example credentials, a Region and the endpoint, without the user's AWS settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    return kept | {
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "example-secret",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_ENDPOINT_URL_ORGANIZATIONS": endpoint,
    }


@contextlib.contextmanager
def run_server(command, environment, is_ready):
    """Starts a process in its own process group, waits until `is_ready(log)` is true, and yields its log file."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )
        try:
            wait_until_ready(process, is_ready, command[0], log)
            yield log
        except Exception:
            print(f"--- output of {Path(str(command[0])).name}:\n{log_tail(log)}", file=sys.stderr)
            raise
        finally:
            stop(process)


def wait_until_ready(process, is_ready, name, log):
    deadline = time.monotonic() + READY_TIMEOUT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{name} exited with {process.returncode} before it listened:\n{log_tail(log)}")
        if is_ready(log):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{name} did not listen within {READY_TIMEOUT} s:\n{log_tail(log)}")


def listens_on(port):
    """Returns a function for `run_server`: whether a server accepts connections on this port."""
    def is_ready(_):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        return False
    return is_ready


def read_log(log):
    # The process shares the file's position and writes there, so the log is read without moving it.
    size = os.fstat(log.fileno()).st_size
    return os.pread(log.fileno(), size, 0).decode(errors="replace")


def log_tail(log):
    return read_log(log)[-4000:]


def stop(process):
    """Stops the process group with SIGTERM, and with SIGKILL if it does not exit.

    Ctrl-C is ignored meanwhile, because it would leave a server running.
    """
    on_interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
    signal.signal(signal.SIGINT, on_interrupt)


@contextlib.contextmanager
def moto():
    """Starts moto's server on a port that it chooses, and yields its URL, which it logs when it listens."""
    def url(log):
        return re.search(r"Running on (http://127\.0\.0\.1:\d+)\n", read_log(log))

    with run_server([BIN / "moto_server", "-H", "127.0.0.1", "-p", "0"], aws_environment(""), url) as log:
        yield url(log)[1]


class Organization:
    """An organization in moto, changed and read without the function."""

    def __init__(self, endpoint):
        self.client = boto3.client(
            "organizations", endpoint_url=endpoint, region_name="us-east-1",
            aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="example-secret",
        )

    def create(self):
        self.client.create_organization(FeatureSet="ALL")
        for principal in ("sso.amazonaws.com", CONTROL_TOWER, "config.amazonaws.com"):
            self.client.enable_aws_service_access(ServicePrincipal=principal)
        return self

    def enable(self):
        self.client.enable_aws_service_access(ServicePrincipal=CONTROL_TOWER)

    def disable(self):
        self.client.disable_aws_service_access(ServicePrincipal=CONTROL_TOWER)

    def enabled(self):
        listed = self.client.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
        return sorted(entry["ServicePrincipal"] for entry in listed)


class NoLandingZone(BaseHTTPRequestHandler):
    """Answers as AWS Control Tower does in a Region without a landing zone. No emulator supports the service."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        lists = {"/list-landingzones": b'{"landingZones":[]}', "/list-landingzone-operations": b'{"landingZoneOperations":[]}'}
        body = lists.get(self.path, b"{}")
        self.send_response(200 if self.path in lists else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def no_landing_zone():
    """Starts a server with NoLandingZone and yields its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), NoLandingZone) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


@contextlib.contextmanager
def cargo_lambda_watch(endpoint):
    """Runs the function under `cargo lambda watch` and yields a callable that invokes it with an event file."""
    port = free_port()
    environment = aws_environment(endpoint)
    command = ["cargo-lambda", "lambda"]
    watch = [*command, "watch", "--ignore-changes", "--invoke-address", "127.0.0.1", "--invoke-port", port]

    def invoke(event_file):
        invocation = [*command, "invoke", "--invoke-address", "127.0.0.1", "--invoke-port", port,
                      "--data-file", event_file, FUNCTION]
        response = subprocess.run([str(word) for word in invocation], cwd=ROOT, env=environment,
                                  check=True, stdout=subprocess.PIPE, timeout=600)
        return json.loads(response.stdout)

    with run_server(watch, environment, listens_on(port)):
        yield invoke


@contextlib.contextmanager
def runtime_interface_emulator(bootstrap, endpoint, settings=None):
    """Runs a binary under AWS's Runtime Interface Emulator and yields a callable that invokes it with JSON.

    `invoke.log_lines()` returns the JSON lines that the binary has printed.
    """
    import samcli.local.rapid as rapid

    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        emulator = Path(folder, "aws-lambda-rie")
        architecture = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
        emulator.write_bytes(Path(rapid.__path__[0], f"aws-lambda-rie-{architecture}").read_bytes())
        emulator.chmod(0o755)
        environment = aws_environment(endpoint) | {
            "AWS_LAMBDA_FUNCTION_NAME": FUNCTION,
            "AWS_LAMBDA_FUNCTION_TIMEOUT": "120",
        } | (settings or {})
        command = [emulator, "--runtime-interface-emulator-address", f"127.0.0.1:{port}",
                   "--runtime-api-address", f"127.0.0.1:{free_port()}", bootstrap]

        def invoke(payload, client_context=None):
            url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
            request = urllib.request.Request(url, data=payload.encode())
            if client_context is not None:
                request.add_header("X-Amz-Client-Context", base64.b64encode(client_context.encode()).decode())
            with urllib.request.urlopen(request, timeout=150) as response:
                return json.loads(response.read())

        with run_server(command, environment, listens_on(port)) as log:
            invoke.log_lines = lambda: [json.loads(line) for line in read_log(log).splitlines() if line.startswith("{")]
            yield invoke
