"""Runs the doctor on a pseudo-terminal, against the fake AWS of its tests. Uses the Python standard library only."""

import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios

DOCTOR = os.environ.get("DOCTOR", "target/debug/trusted-access-doctor")
EXAMPLES = os.path.join(os.path.dirname(DOCTOR), "examples")
FAKE_AWS = os.path.join(EXAMPLES, "fake_aws")
TIMEOUT_SECONDS = 60


@contextlib.contextmanager
def fake_aws(scenario):
    """Starts the fake AWS as a process and yields its endpoint. The process ends when its standard input is closed."""
    command = [FAKE_AWS, scenario]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
            process.kill()


def environment(url):
    return {
        "TERM": "xterm-256color", "AWS_ENDPOINT_URL": url, "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example-secret",
        "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def after_progress(output):
    """Returns the text after the progress, which is erased line by line before the first line of the output."""
    return output.rpartition("\x1b[2K")[2]


def run(arguments, url, columns, variables, interrupt_at=None):
    """Runs the doctor on a terminal of this width.

    Presses Ctrl-C when the output contains `interrupt_at`. Returns the output and the exit code.
    """
    terminal, doctor_side = pty.openpty()
    fcntl.ioctl(doctor_side, termios.TIOCSWINSZ, struct.pack("HHHH", 60, columns, 0, 0))
    signal.alarm(TIMEOUT_SECONDS)
    process = subprocess.Popen([DOCTOR, *arguments], env=environment(url) | variables, stdin=doctor_side,
                               stdout=doctor_side, stderr=doctor_side, start_new_session=True)
    os.close(doctor_side)
    output = b""
    # On Linux, reading fails with EIO when the last writer has closed the terminal.
    with contextlib.suppress(OSError):
        while chunk := os.read(terminal, 65536):
            output += chunk
            if interrupt_at and interrupt_at.encode() in output:
                process.send_signal(signal.SIGINT)
                interrupt_at = None
    os.close(terminal)
    process.wait()
    signal.alarm(0)
    return output.decode(), process.returncode
