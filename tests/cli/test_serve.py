"""`kvitto serve`: it answers where it says, says why it cannot, and stops when asked."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from kvitto.cli.work import LANES
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
    command.make()
    port = free_port()
    with serving(command, port, "--no-jobs") as (process, first_line):
        assert first_line == f"The portal answers at http://127.0.0.1:{port}/  (Ctrl+C stops it)\n"
        assert status_of(port, "/healthz") == 200
        assert status_of(port, "/static/portal/kvitto.css") == 200
        process.send_signal(asked)
        out, error = process.communicate(timeout=60)
        assert (process.returncode, out, error) == (0, "The portal has stopped.\n", "")


def test_a_taken_port_is_said(command: Command) -> None:
    """Before the portal would share it with another program."""
    command.make()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = command.run("serve", "--port", str(port))
    assert said.status == 1
    assert said.error == (
        f"Port {port} of 127.0.0.1 is in use. Stop the program that uses it, or choose another with --port.\n"
    )


def test_two_portals_do_not_share_a_port_and_a_killed_one_frees_it(command: Command) -> None:
    """The second one is told, also while the first one serves; processes that nobody looks after any more stop."""
    command.make()
    port = free_port()
    with serving(command, port, "--no-jobs") as (process, _):
        assert "is in use" in command.run("serve", "--port", str(port)).error
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
    command.make()
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


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """The processes that do jobs beside this portal, or for this command."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == process.pid and b"spawn_main" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Until it holds; a minute at most."""
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail(what)


def is_done(command: Command, key: str) -> bool:
    """True once the job of this id is done."""
    with closing(sqlite3.connect(command.home / "kvitto.sqlite3", timeout=60)) as database:
        rows = database.execute("SELECT state FROM records_job WHERE id = ?", [key]).fetchall()
    return rows == [("done",)]


def ask_for_a_check(command: Command) -> str:
    """A job for the office's lane; its id."""
    key = uuid.uuid4().hex
    with closing(sqlite3.connect(command.home / "kvitto.sqlite3", timeout=60)) as database, database:
        database.execute(
            "INSERT INTO records_job (id, kind, parameters, state, created_at, beat_at, steps_done, result,"
            " fingerprint, attempts) VALUES (?, 'check-store', '{}', 'waiting', ?, ?, 0, '{}', '', 0)",
            [key, "2024-03-20 00:00:00", "2024-03-20 00:00:00"],
        )
    return key


def test_jobs_are_done_beside_the_portal(command: Command) -> None:
    """And nothing is left of their processes when it stops."""
    command.make()
    with serving(command, free_port()) as (process, _):
        key = ask_for_a_check(command)
        wait_for(lambda: is_done(command, key), "the job was not done")
        process.send_signal(signal.SIGTERM)
        out, error = process.communicate(timeout=60)
    assert (process.returncode, out, error) == (0, "The portal has stopped.\n", "")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes where Linux lists them")
def test_a_killed_worker_is_replaced(command: Command) -> None:
    """Without a portal; the end is in order all the same."""
    command.make()
    with subprocess.Popen(
        [*PROGRAM, "work"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        env=command.all_environment(),
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stdout.readline() == "Waiting for jobs  (Ctrl+C stops it)\n"
        first = ask_for_a_check(command)
        wait_for(lambda: is_done(command, first), "the job was not done")
        killed = workers_of(process)
        for worker in killed:
            os.kill(worker, signal.SIGKILL)
        second = ask_for_a_check(command)
        wait_for(lambda: is_done(command, second), "nobody took the place of the killed process")
        process.send_signal(signal.SIGTERM)
        out, error = process.communicate(timeout=60)
    assert len(killed) == len(LANES)
    assert (process.returncode, out, error) == (0, "The work has stopped.\n", "")


def test_what_waits_can_be_done_once(command: Command) -> None:
    """For a machine that starts it by the clock."""
    command.make()
    key = ask_for_a_check(command)
    assert command.must("work", "--once") == "1 job was done.\n"
    assert is_done(command, key)
    assert command.must("work", "--once") == "0 jobs were done.\n"
