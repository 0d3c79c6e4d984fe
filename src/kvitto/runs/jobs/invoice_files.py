"""Several invoices in one ZIP archive: their documents, and their usage files if those are wanted too.

Either every invoice may be had, or nothing is said of any: one that the person may not know of hides all of them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from kvitto.errors import UnableTo
from kvitto.language import phrase, phrases
from kvitto.records import gate, jobs
from kvitto.records.gate import Action
from kvitto.records.jobs import JobState
from kvitto.records.models import InvoiceRecord, Job, Person
from kvitto.runs.invoice_usage import NoUsageFile, invoice_usage_csv
from kvitto.runs.jobs.job import INVOICE_FILES, Asked, Tell
from kvitto.runs.jobs.prepared_files import write_prepared
from kvitto.runs.make_documents import document, documents_of
from kvitto.runs.office import Office

AT_ONCE = 20  # invoices; an archive of more, or with usage files, is prepared first
AT_MOST = 200
_ALIKE = (*jobs.OPEN, JobState.DONE)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


class UnableToPack(UnableTo):
    """No invoice was chosen, or too many at once."""


@dataclass(frozen=True)
class Chosen:
    """The invoices that somebody chose and may have, in order, each once; `with_usage`: with their usage files."""

    numbers: tuple[str, ...]
    with_usage: bool = False

    @property
    def is_small(self) -> bool:
        """True if the archive can be made while the person waits."""
        return not self.with_usage and len(self.numbers) <= AT_ONCE

    @property
    def name(self) -> str:
        """The name of the archive."""
        return f"{_clean(self.numbers[0])}.zip" if len(self.numbers) == 1 else f"invoices-{len(self.numbers)}.zip"


def choose(person: Person, numbers: Sequence[str], *, with_usage: bool) -> Chosen:
    """Those invoices, if the person may download every one of them, and its usage if that is wanted.

    Raises `UnableToPack`, and `NotFound` or `Refused` for the first that they may not have; not found goes first.
    """
    wanted = tuple(dict.fromkeys(numbers))
    if not wanted:
        raise UnableToPack(phrase("Choose at least one invoice."))
    if len(wanted) > AT_MOST:
        raise UnableToPack(
            phrases("Choose at most {count} invoice at a time.", "Choose at most {count} invoices at a time.", AT_MOST)
        )
    refused: gate.Refused | None = None
    for number in wanted:
        try:
            gate.invoice_for(person, number, Action.DOWNLOAD_INVOICE)
            if with_usage:
                gate.invoice_for(person, number, Action.DOWNLOAD_USAGE)
        except gate.Refused as refusal:
            refused = refused or refusal
    if refused:
        raise refused
    return Chosen(wanted, with_usage)


def ask_for_invoices(office: Office, person: Person, chosen: Chosen) -> Job:
    """A job that packs them; the same one if it was asked for already. Raises `TooManyJobs`."""
    parameters = {
        "numbers": list(chosen.numbers),
        "usage": chosen.with_usage,
        "directory": person.current_directory,
    }
    return jobs.ask(INVOICE_FILES, parameters, person, at=office.now(), beat=datetime.now(UTC), alike=_ALIKE)


def require_invoices(person: Person, parameters: Mapping[str, Any]) -> Chosen:
    """The invoices of a job, if the person may have every one of them now. Raises `NotFound` and `Refused`."""
    person.look_from(parameters["directory"])
    return choose(person, parameters["numbers"], with_usage=parameters["usage"])


def prepare_invoices(office: Office, asked: Asked, tell: Tell) -> Mapping[str, Any]:
    """Pack them into a file."""
    assert asked.person  # noqa: S101 - nobody else asks for invoices
    chosen = require_invoices(asked.person, asked.parameters)
    file = write_prepared(office, f"{asked.id}.zip", packed(office, chosen, tell))
    return {**file.facts(), "name": chosen.name, "invoices": len(chosen.numbers)}


def packed(office: Office, chosen: Chosen, tell: Tell = lambda _done, _total: None) -> Iterator[bytes]:
    """The archive in pieces, the same bytes each time; nothing but its list of contents is held."""
    issued = dict(InvoiceRecord.objects.filter(number__in=chosen.numbers).values_list("number", "issue_date"))
    pipe = _Pipe()
    tell(0, len(chosen.numbers))
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for done, number in enumerate(chosen.numbers):
            for name, content in _files_of(office, number, with_usage=chosen.with_usage):
                with archive.open(_entry(name, issued[number]), "w", force_zip64=True) as entry:
                    for piece in content:
                        entry.write(piece)
                        tell(done, len(chosen.numbers))
                        yield pipe.taken()
            tell(done + 1, len(chosen.numbers))
    yield pipe.taken()


def _files_of(office: Office, number: str, *, with_usage: bool) -> Iterator[tuple[str, Iterable[bytes]]]:
    for kept in documents_of(office, number):
        yield _clean(kept.file_name), [document(office, number, kept.name)]
    if with_usage:
        try:
            usage = invoice_usage_csv(office, number)
        except NoUsageFile:  # a credit note of a whole invoice has none of its own
            return
        try:
            yield f"{_clean(number)}-usage.csv", usage
        finally:
            usage.close()


def _entry(name: str, day: date) -> zipfile.ZipInfo:
    """Dated by the day of issue, so that the same invoices give the same archive."""
    entry = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
    entry.external_attr = 0o644 << 16
    return entry


def _clean(name: str) -> str:
    """A file's name that every system can hold, and that leads nowhere else."""
    return _UNSAFE.sub("_", name).lstrip(".")


class _Pipe(io.RawIOBase):
    """Takes what a ZIP archive is written as, and gives it on in pieces."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        """True: that is what it is for."""
        return True

    def write(self, data: Any) -> int:
        """Hold it until it is taken."""
        self._held += data
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        piece = bytes(self._held)
        self._held.clear()
        return piece
