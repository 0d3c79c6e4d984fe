"""`kvitto serve`: the portal, answering at an address of this machine until it is stopped."""

from __future__ import annotations

import errno
import http.client
import os
import socket
import sys
import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from kvitto.cli.office import office_command
from kvitto.cli.work import working
from kvitto.errors import UnableTo
from kvitto.language import Phrase, current_language, phrase, speaking, translated

if TYPE_CHECKING:
    from kvitto.runs.office import Office

_APPLICATION = "kvitto.config.wsgi:application"
_SECONDS_TO_FINISH = 20
_SECONDS_BETWEEN_QUESTIONS = 0.05
_MOST_WORKERS_UNASKED = 4


class UnableToServe(UnableTo):
    """The address cannot be listened at, or the portal stopped by itself."""


@click.command(
    help=translated("Show the portal, and do the jobs that people ask for there, until stopped with Ctrl+C.")
)
@office_command
@click.option(
    "--host", default="127.0.0.1", show_default=True, help=translated("Address to listen at; 0.0.0.0 for all.")
)
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help=translated("Port of the portal.")
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help=translated("Processes that answer; if not given, 1 with SQLite and up to 4 with PostgreSQL."),
)
@click.option("--no-jobs", is_flag=True, help=translated("Show the portal only; “kvitto work” does the jobs then."))
def serve(office: Office, host: str, port: int, workers: int | None, *, no_jobs: bool) -> None:
    """Serve the opened office."""
    start_serving(office, host=host, port=port, workers=workers, jobs=not no_jobs)


def start_serving(office: Office, *, host: str, port: int, workers: int | None = None, jobs: bool = True) -> None:
    """Serve the portal until SIGINT or SIGTERM; requests under way are finished first.

    The address is printed when the portal really answers. `UnableToServe` if the address is taken or is not this
    machine's, or if the portal stopped by itself.
    """
    from django.db import connections
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    _require_free(host, port)
    connections.close_all()
    server = Server(
        _APPLICATION,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers or _usual_workers(office),
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=_SECONDS_TO_FINISH,
    )
    server.on_startup(lambda: _tell_when_it_answers(office, host, port))
    _start_workers_afresh()
    try:
        with working(office) if jobs else nullcontext():
            server.serve()
    except SystemExit as stopped:
        if stopped.code:
            raise UnableToServe(phrase("The portal stopped by itself. The lines above say why.")) from stopped
    click.echo(str(phrase("The portal has stopped.")))


def _usual_workers(office: Office) -> int:
    """One process answers dozens of people; SQLite has one writer at a time anyway."""
    return 1 if office.database == "sqlite" else min(_MOST_WORKERS_UNASKED, os.cpu_count() or 1)


def _start_workers_afresh() -> None:
    # A forked worker would inherit threads and locks of libraries that this process has used already.
    import multiprocessing

    multiprocessing.set_start_method("spawn", force=True)


def _require_free(host: str, port: int) -> None:
    """Raise `UnableToServe` unless this address can be listened at; the server itself would share a taken port."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        raise UnableToServe(_why_not(error, host, port)) from error


def _why_not(error: OSError, host: str, port: int) -> Phrase:
    match error.errno:
        case errno.EADDRINUSE:
            return phrase(
                "Port {port} of {host} is in use. Stop the program that uses it, or choose another with --port.",
                host=host,
                port=str(port),
            )
        case errno.EACCES:
            return phrase(
                "Port {port} may not be used by this user. Choose one above 1023 with --port.", port=str(port)
            )
        case _:
            return phrase("{host} is not an address of this machine. Choose another with --host.", host=host)


def _tell_when_it_answers(office: Office, host: str, port: int) -> None:
    shown = f"http://{_for_browsers(host)}:{port}/"
    language = current_language().code

    def ask() -> None:
        while not _answers(office, host, port):
            threading.Event().wait(_SECONDS_BETWEEN_QUESTIONS)
        with speaking(language):
            click.echo(str(phrase("The portal answers at {address}  (Ctrl+C stops it)", address=shown)))

    threading.Thread(target=ask, daemon=True).start()


def _answers(office: Office, host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(_for_this_machine(host), port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": office.hosts[0]})
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except OSError:
        return False
    finally:
        connection.close()


def _for_this_machine(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - what a person may have asked for


def _for_browsers(host: str) -> str:
    reachable = _for_this_machine(host)
    return f"[{reachable}]" if ":" in reachable else reachable
