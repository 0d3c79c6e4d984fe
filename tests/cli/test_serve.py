"""`kvitto serve`: it answers where it says, says why it cannot, and stops when asked."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.command import PROGRAM, Command


def free_port() -> int:
    """A port nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_bound(socket_: socket.socket, port: int) -> bool:
    """True if the socket got the port; False while somebody else has it."""
    try:
        socket_.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


@contextmanager
def serving(command: Command, port: int, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running portal, and the first line it printed."""
    with subprocess.Popen(
        [*PROGRAM, "serve", "--port", str(port), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=command.all_environment(),
    ) as process:
        assert process.stdout
        try:
            yield process, process.stdout.readline()
        finally:
            process.terminate()


def status_of(port: int, path: str) -> int:
    """What the portal answers at this address."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_the_address_is_printed_when_it_answers_and_a_signal_stops_it(command: Command, asked: signal.Signals) -> None:
    """Pages and style sheets are there at once; the end is quiet and in order."""
    command.must("init")
    port = free_port()
    with serving(command, port) as (process, first_line):
        assert first_line == f"The portal answers at http://127.0.0.1:{port}/  (Ctrl+C stops it)\n"
        assert status_of(port, "/healthz") == 200
        assert status_of(port, "/static/portal/kvitto.css") == 200
        process.send_signal(asked)
        out, error = process.communicate(timeout=60)
        assert (process.returncode, out, error) == (0, "The portal has stopped.\n", "")


def test_a_taken_port_is_said(command: Command) -> None:
    """Before the portal would share it with another program."""
    command.must("init")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = command.run("serve", "--port", str(port))
    assert said.status == 1
    assert said.error == (
        f"Port {port} of 127.0.0.1 is in use. Stop the program that uses it, or choose another with --port.\n"
    )


def test_two_portals_do_not_share_a_port(command: Command) -> None:
    """The second one is told, also while the first one serves."""
    command.must("init")
    port = free_port()
    with serving(command, port):
        assert "is in use" in command.run("serve", "--port", str(port)).error


def test_a_killed_portal_frees_its_port(command: Command) -> None:
    """Its processes notice that nobody looks after them, and stop."""
    command.must("init")
    port = free_port()
    with serving(command, port) as (process, _):
        process.kill()
        process.wait()
        with socket.socket() as again:
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            for _ in range(1200):
                if is_bound(again, port):
                    return
                time.sleep(0.05)
    pytest.fail("the port is still held after a minute")


def test_an_address_of_another_machine_is_said(command: Command) -> None:
    """An address from the range that is kept for examples."""
    command.must("init")
    said = command.run("serve", "--host", "192.0.2.1")
    assert (said.status, said.error) == (
        1,
        "192.0.2.1 is not an address of this machine. Choose another with --host.\n",
    )


def test_an_office_that_is_not_ready_is_not_served(command: Command) -> None:
    """The same checks as for every command."""
    said = command.run("serve", "--port", str(free_port()))
    assert said.status == 1
    assert said.error.startswith("There is no office in ")
