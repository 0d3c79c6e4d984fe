"""`kvitto work`: the processes that do jobs, beside the portal or alone."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kvitto.cli.office import office_command, open_office
from kvitto.language import current_language, phrase, phrases, speaking, translated

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from kvitto.runs.office import Office

LANES = ("files", "office", "ahead")
_LESS_THAN_PAGES = 10  # how far the lane that works ahead stands back behind the portal and other lanes
_SECONDS_TO_FINISH = 20.0
_SECONDS_BEFORE_AGAIN = 1.0
_LONGEST_PAUSE = 60.0


@click.command(
    help=translated(
        "Do the jobs that people ask for in the portal: prepare files, close what is due, check. “kvitto serve” does "
        "this too; run it alone where the portal is served by something else. Stopped with Ctrl+C: what is begun is "
        "begun again later."
    )
)
@click.option("--once", is_flag=True, help=translated("Do what waits now, then stop."))
@office_command
def work(office: Office, *, once: bool) -> None:
    """Work until stopped, or until nothing waits."""
    if once:
        from kvitto.runs.jobs.kinds import EVERY_KIND
        from kvitto.runs.jobs.work import Worker

        count = Worker(office, EVERY_KIND, uuid.uuid4()).do_waiting()
        click.echo(str(phrases("{count} job was done.", "{count} jobs were done.", count)))
        return
    stop = threading.Event()
    with _told_to_stop(stop), working(office):
        click.echo(str(phrase("Waiting for jobs  (Ctrl+C stops it)")))
        while not stop.wait(1):
            pass
    click.echo(str(phrase("The work has stopped.")))


@contextmanager
def working(office: Office) -> Iterator[None]:
    """Inside, a process for each lane does jobs, and is started again when it dies; after it, they have stopped."""
    lanes = [_Lane(office.home, name) for name in LANES]
    for lane in lanes:
        lane.start()
    try:
        yield
    finally:
        for lane in lanes:
            lane.ask_to_stop()
        for lane in lanes:
            lane.wait()


class _Lane:
    """One kind of worker process, and the thread that starts it again."""

    def __init__(self, home: Path, name: str) -> None:
        self._home, self._name, self._language = home, name, current_language().code
        self._stopping = threading.Event()
        self._process: SpawnProcess | None = None
        self._watch = threading.Thread(target=self._keep_alive, daemon=True)

    def start(self) -> None:
        """Start the process, and keep it alive."""
        self._watch.start()

    def ask_to_stop(self) -> None:
        """Ask the process to leave its job for later, and start no other."""
        self._stopping.set()
        process = self._process
        if process and process.is_alive():
            with suppress(ProcessLookupError):
                process.terminate()

    def wait(self) -> None:
        """Until it has stopped; a process that does not stop is ended, and its job is taken again later."""
        self._watch.join(_SECONDS_TO_FINISH)
        process = self._process
        if self._watch.is_alive() and process:
            process.kill()
            self._watch.join()

    def _keep_alive(self) -> None:
        before, pause = "", _SECONDS_BEFORE_AGAIN
        while not self._stopping.is_set():
            holder = str(uuid.uuid4())
            arguments = (str(self._home), self._name, holder, before, self._language)
            process = multiprocessing.get_context("spawn").Process(target=be_worker, args=arguments)
            began = time.monotonic()
            process.start()
            self._process = process
            if self._stopping.is_set():  # asked for just before there was a process to ask
                process.terminate()
            process.join()
            if time.monotonic() - began > _LONGEST_PAUSE:  # it did work for a while: this is no fault that repeats
                pause = _SECONDS_BEFORE_AGAIN
            if self._stopping.wait(pause):
                return
            before, pause = holder, min(pause * 2, _LONGEST_PAUSE)


def be_worker(home: str, lane: str, holder: str, before: str, language: str) -> None:
    """What a worker process does. `before` is the name of the one whose place it takes, which is dead."""
    stop = threading.Event()
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda _signal, _frame: stop.set())
    _end_with_parent()
    if lane == "ahead" and hasattr(os, "nice"):
        os.nice(_LESS_THAN_PAGES)
    office = open_office(Path(home))
    from kvitto.records.jobs import give_back
    from kvitto.runs.jobs.kinds import LANES as KINDS
    from kvitto.runs.jobs.work import Worker

    with speaking(language):
        if before:
            give_back(uuid.UUID(before))
        Worker(office, KINDS[lane], uuid.UUID(holder), stop).work()


def _end_with_parent() -> None:
    """Stop in order when the process that started this one is gone."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        multiprocessing.connection.wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


@contextmanager
def _told_to_stop(stop: threading.Event) -> Iterator[None]:
    """Inside, SIGTERM and SIGINT set the event."""
    asked = (signal.SIGTERM, signal.SIGINT)
    kept = [signal.signal(each, lambda _signal, _frame: stop.set()) for each in asked]
    try:
        yield
    finally:
        for each, handler in zip(asked, kept, strict=True):
            signal.signal(each, handler)
