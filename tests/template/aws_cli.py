"""Serves the AWS CLI of PyPI on a Unix socket: a call starts in a fork of this process instead of in half a second.

    python aws_cli.py SOCKET

`stubs/aws` sends its arguments and its standard streams. PyPI has version 1 of the CLI, and the documents ask for
version 2. `as_version_1` covers the differences between them that the documents meet.
"""

import json
import os
import signal
import socket
import sys

from awscli.clidriver import create_clidriver


def as_version_1(arguments):
    """Returns the same call for version 1.

    It passes payloads as they are, has no `logs tail`, fails if a deployment has nothing to change, and does not read
    the endpoint of SQS from the environment.
    """
    if "--cli-binary-format" in arguments:
        place = arguments.index("--cli-binary-format")
        arguments = arguments[:place] + arguments[place + 2:]
    if arguments[:2] == ["logs", "tail"]:
        region = arguments[arguments.index("--region") + 1]
        arguments = ["logs", "filter-log-events", "--region", region, "--log-group-name", arguments[2]]
    if arguments[:2] == ["cloudformation", "deploy"]:
        arguments = [*arguments, "--no-fail-on-empty-changeset"]
    if arguments[0] == "sqs":
        arguments = [*arguments, "--endpoint-url", os.environ["AWS_ENDPOINT_URL"]]
    return arguments


def answer(connection):
    """Runs one call, in a fork, with the streams and the working directory of the caller."""
    message, streams, _, _ = socket.recv_fds(connection, 1 << 16, 3)
    call = json.loads(message)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.chdir(call["folder"])
    status = create_clidriver().main(as_version_1(call["arguments"]))
    sys.stdout.flush()
    sys.stderr.flush()
    connection.send(bytes([status & 0xFF]))


def serve(path):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    create_clidriver()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        print("ready", flush=True)
        while True:
            connection, _ = listener.accept()
            with connection:
                if os.fork() == 0:
                    try:
                        answer(connection)
                    finally:
                        os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1])
