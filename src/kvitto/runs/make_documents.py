"""Documents of issued invoices, made once and kept; copies and usage files, made when they are asked for."""

from __future__ import annotations

import hashlib
import re
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from django.db import transaction

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.documents.pdf import made_with, render
from kvitto.documents.usage_files.stream import write_csv
from kvitto.errors import UnableTo
from kvitto.language import LANGUAGES, phrase
from kvitto.periods import Period
from kvitto.rating.charge import Unpriced
from kvitto.records.invoices import load
from kvitto.records.models import DocumentRecord, InvoiceRecord
from kvitto.runs.office import Office
from kvitto.runs.period_charges import charges_of_period
from kvitto.usage import durable

INVOICE_PDF = "invoice-pdf"
_ONE_DAY_IN_SECONDS = 86_400


class DamagedDocument(UnableTo):
    """A stored document is gone, or is not what was stored."""


class UnknownLanguage(UnableTo):
    """Documents are not made in this language."""


def render_missing(office: Office) -> int:
    """Make and keep the PDF of every issued invoice that has none, in its payer's language; how many were made.

    May be run at any time and by several at once; a run that was cut short is completed by the next one. An invoice
    whose facts were altered is left out, and its `Altered` is raised after the others are done.
    """
    _sweep(office.documents_folder)
    missing = InvoiceRecord.objects.exclude(documents__kind=INVOICE_PDF).order_by("number")
    made, failed = 0, None
    for number in list(missing.values_list("number", flat=True)):
        try:
            made += _make(office, number)
        except UnableTo as error:
            failed = failed or error
    if failed:
        raise failed
    return made


def invoice_pdf(office: Office, number: str, language: str | None = None) -> bytes:
    """The invoice as a PDF: the stored one, or, in another language than the payer's, a copy marked as such.

    `language` is a code such as "sv"; None is the payer's. Raises `NotIssued`, `Altered`, `UnknownLanguage`, and
    `DamagedDocument` if the stored file is not what was stored.
    """
    invoice = load(number)
    if language is None or language == invoice.language:
        return _stored(office, number)
    if language not in LANGUAGES:
        raise UnknownLanguage(
            phrase(
                "There are no documents in “{language}”. There are: {codes}.", language=language, codes=tuple(LANGUAGES)
            )
        )
    issued_at = InvoiceRecord.objects.values_list("issued_at", flat=True).get(number=number)
    return render(invoice, LANGUAGES[language], copy=True, made_at=issued_at)


class UsageFile(Iterator[bytes]):
    """A usage file in pieces, to be taken once. `unpriced`: usage that is not in it because it waits for a price."""

    def __init__(self, opened: ExitStack, unpriced: Iterable[Unpriced], pieces: Iterator[bytes]) -> None:
        self.unpriced = tuple(unpriced)
        self._opened, self._pieces = opened, pieces

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the rated usage; the end of the file does so too."""
        self._opened.close()


def usage_csv(office: Office, scope: InvoiceScope, period: Period, *, bom: bool = True) -> UsageFile:
    """The daily usage of the period as a flat CSV file, in pieces; see `documents.usage_files.columns`.

    An issued period is rated at its invoice's own as-of and has a rounding row per line, so that it adds up to the
    invoice for ever; an open one is rated at what is known now. `scope` may be a part of an invoice scope: then the
    rows are those of its subscriptions. Whatever can fail fails before the first piece; see `charges_of_period`.
    """
    opened = ExitStack()
    found = opened.enter_context(charges_of_period(office, scope, period))
    pieces = write_csv(found.invoice, found.charges(), subscriptions=found.subscriptions, bom=bom)
    return UsageFile(opened, found.unpriced(), pieces)


def _stored(office: Office, number: str) -> bytes:
    documents = DocumentRecord.objects.filter(invoice_id=number, kind=INVOICE_PDF)
    document = documents.first()
    if document is None:
        _make(office, number)
        document = documents.get()
    path = office.documents_folder / document.path
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DamagedDocument(
            phrase(
                "The document of invoice {number} cannot be read: {file}. Restore it from a backup.",
                number=number, file=str(path),
            )
        ) from error  # fmt: skip
    if hashlib.sha256(content).hexdigest() != document.digest:
        raise DamagedDocument(
            phrase(
                "The document of invoice {number} is not the one that was made: {file} has changed. Restore it from a"
                " backup.",
                number=number, file=str(path),
            )
        )  # fmt: skip
    return content


def _make(office: Office, number: str) -> int:
    """Make and keep the document of one invoice: 1, or 0 if somebody else was quicker."""
    invoice = load(number)
    language = LANGUAGES[invoice.language]
    issued_at = InvoiceRecord.objects.values_list("issued_at", flat=True).get(number=number)
    content = render(invoice, language, copy=False, made_at=issued_at)
    digest = hashlib.sha256(content).hexdigest()
    name = f"{re.sub('[^A-Za-z0-9-]', '_', number)}.{language.code}.{digest[:8]}.pdf"
    path = Path(str(invoice.issue_date.year)) / name
    _keep(office.documents_folder, path, content)
    with transaction.atomic():
        _document, is_new = DocumentRecord.objects.get_or_create(
            invoice_id=number,
            kind=INVOICE_PDF,
            language=language.code,
            defaults={
                "path": path.as_posix(),
                "bytes": len(content),
                "digest": digest,
                "made_with": made_with(language),
            },
        )
    return int(is_new)


def _sweep(folder: Path) -> None:
    """Remove what a run that died while writing left behind, once it is a day old."""
    for aside in folder.glob("*/.*.aside"):
        try:
            is_old = time.time() - aside.stat().st_mtime > _ONE_DAY_IN_SECONDS
        except FileNotFoundError:  # its run has just finished
            continue
        if is_old:
            durable.remove(aside)


def _keep(folder: Path, path: Path, content: bytes) -> None:
    """Make the file durable under its name: written aside, then renamed, so that it is never there by half."""
    target = folder / path
    durable.make_folders(target.parent, folder)
    aside = target.with_name(f".{uuid.uuid4().hex}.aside")
    try:
        with durable.open_new(aside) as file:
            file.write(content)
        durable.sync_file(aside)
        durable.rename(aside, target)
    finally:
        durable.remove(aside)
    durable.sync_folder(target.parent)
