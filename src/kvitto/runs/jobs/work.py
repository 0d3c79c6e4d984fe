"""Doing jobs: one process takes one after the other, says how far it is, and stops in order when it is asked to.

What a job does may be cut short at any instant and is then begun again, by this process or another. So a job's function
keeps nothing before it is whole, or only what may be kept for ever, as closing does.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

from django.db import Error, connection

from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.records import jobs
from kvitto.records.models import Job
from kvitto.runs.jobs.job import REFRESH, Asked, Do, Stopped
from kvitto.runs.jobs.kinds import function_of
from kvitto.runs.jobs.prepared_files import sweep_prepared
from kvitto.runs.jobs.work_ahead import ask_to_work_ahead
from kvitto.runs.office import Office

_SECONDS_BETWEEN_LOOKS = 1
_SECONDS_BETWEEN_BEATS = jobs.LEASE.seconds // 6
_NANOSECONDS_BETWEEN_TELLINGS = 500_000_000
_NANOSECONDS_BETWEEN_SWEEPS = 3_600_000_000_000
_NANOSECONDS_BETWEEN_QUESTIONS = 60_000_000_000  # whether there is anything to work out ahead
_LOG = logging.getLogger(__name__)


class Worker:
    """Does jobs of some kinds, in the process that made it. `holder` is its name in the records.

    `stop` is set by whoever wants it to end: the job at hand is left for another process then. `function_of` gives the
    function that does a kind of job.
    """

    def __init__(
        self,
        office: Office,
        kinds: Collection[str],
        holder: UUID,
        stop: threading.Event | None = None,
        function_of: Callable[[str], Do] = function_of,
    ) -> None:
        self._office, self._kinds, self._holder = office, kinds, holder
        self._stop = stop or threading.Event()
        self._function_of = function_of

    def work(self) -> None:
        """Do jobs until `stop` is set, and sweep away old files now and then."""
        swept = asked = -_NANOSECONDS_BETWEEN_SWEEPS  # long ago
        while not self._stop.is_set():
            if time.monotonic_ns() - swept >= _NANOSECONDS_BETWEEN_SWEEPS:
                swept = time.monotonic_ns()
                sweep_prepared(self._office)
            if REFRESH in self._kinds and time.monotonic_ns() - asked >= _NANOSECONDS_BETWEEN_QUESTIONS:
                asked = time.monotonic_ns()
                ask_to_work_ahead(self._office)
            if not self.do_next(with_heart=True):
                connection.close_if_unusable_or_obsolete()
                self._stop.wait(_SECONDS_BETWEEN_LOOKS)

    def do_waiting(self) -> int:
        """Do everything that waits now, without a heart; how many jobs. For a single run, and for tests."""
        count = 0
        while self.do_next():
            count += 1
        return count

    def do_next(self, *, with_heart: bool = False) -> bool:
        """Take the next job and do it; False if nothing waits.

        `with_heart`: a thread gives signs of life meanwhile, so that a long step does not look like death.
        """
        now = self._office.now()
        jobs.take_from_the_dead(at=now, beat=_beat())
        job = jobs.claim(self._holder, self._kinds, at=now, beat=_beat())
        if job is None:
            return False
        if jobs.give_up_if_hopeless(job, at=now, beat=_beat()):
            return True
        with _heart(job) if with_heart else _no_heart():
            self._do(job)
        return True

    def _do(self, job: Job) -> None:
        asked = Asked(str(job.pk), job.parameters, job.asked_by)
        try:
            result = self._function_of(job.kind)(self._office, asked, _Teller(job, self._stop))
        except Stopped:
            if self._stop.is_set():
                jobs.give_back(self._holder)
        except UnableTo as error:
            jobs.fail(job, error.phrase, at=self._office.now(), beat=_beat())
        except Error:
            raise  # the database: nothing can be told to it, and the lease runs out by itself
        except Exception:  # noqa: BLE001 - whatever it is, the person is told and the next job is done
            _LOG.exception("job %s (%s) ended in a fault", job.pk, job.kind)
            sentence = phrase("Something went wrong on our side. The fault was written to the office’s log.")
            jobs.fail(job, sentence, at=self._office.now(), beat=_beat())
        else:
            jobs.finish(job, result, at=self._office.now(), beat=_beat())


class _Teller:
    """What a job's function calls to tell how far it is; writes it down twice a second at most."""

    def __init__(self, job: Job, stop: threading.Event) -> None:
        self._job, self._stop = job, stop
        self._told = -_NANOSECONDS_BETWEEN_TELLINGS

    def __call__(self, done: int, total: int | None) -> None:
        if self._stop.is_set():
            raise Stopped
        now = time.monotonic_ns()
        if now - self._told < _NANOSECONDS_BETWEEN_TELLINGS and done != total:
            return
        self._told = now
        if not jobs.progress(self._job, done, total, beat=_beat()):
            raise Stopped


@contextmanager
def _heart(job: Job) -> Iterator[None]:
    """Inside, a thread with a connection of its own gives signs of life."""
    ended = threading.Event()

    def give_signs() -> None:
        try:
            while not ended.wait(_SECONDS_BETWEEN_BEATS):
                try:
                    jobs.beat(job, beat=_beat())
                except Error as error:
                    _LOG.warning("no sign of life could be written: %s", error)
                    connection.close()
        finally:
            connection.close()

    thread = threading.Thread(target=give_signs, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def _no_heart() -> Iterator[None]:
    yield


def _beat() -> datetime:
    """The real moment, whatever the office's clock says."""
    return datetime.now(UTC)
