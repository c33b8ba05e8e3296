"""The doctor on a terminal of its own, in front of the scripted AWS of its tests. Needs Python alone."""

import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios

DOCTOR = os.environ.get("DOCTOR", "target/debug/trusted-access-doctor")
LONGEST = 60


@contextlib.contextmanager
def stand_in(world):
    """The scripted AWS as a process: yields its URL; it ends with its standard input."""
    command = [os.environ["STAND_IN"], world]
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


def run(arguments, url, columns, more, stop_at=None):
    """All that the doctor writes to a terminal of so many columns; at `stop_at` Ctrl-C is pressed."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 60, columns, 0, 0))
    signal.alarm(LONGEST)
    process = subprocess.Popen([DOCTOR, *arguments], env=environment(url) | more, stdin=its, stdout=its, stderr=its,
                               start_new_session=True)
    os.close(its)
    told = b""
    # Where the last one who could write has gone, reading ends with an error.
    with contextlib.suppress(OSError):
        while piece := os.read(ours, 65536):
            told += piece
            if stop_at and stop_at.encode() in told:
                process.send_signal(signal.SIGINT)
                stop_at = None
    os.close(ours)
    process.wait()
    signal.alarm(0)
    return told.decode()
