"""The usage file of one document, by its number: of its period's charges, or of what came late."""

from __future__ import annotations

from contextlib import ExitStack

from kvitto.documents.usage_files.stream import write_csv
from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.records.agreements import own_invoice_scope
from kvitto.records.in_force import in_force_among
from kvitto.records.invoices import issued_called, load
from kvitto.runs.correction_usage import correction_usage, corrects_only
from kvitto.runs.make_documents import UsageFile, usage_csv
from kvitto.runs.office import Office


class NoUsageFile(UnableTo):
    """The document tells of no usage of its own."""


def invoice_usage_csv(office: Office, number: str, *, bom: bool = True) -> UsageFile:
    """The usage behind this invoice or credit note as a flat CSV file, in pieces; Σ Cost is the sum of its lines.

    An invoice over late usage alone has the charges that came late, and so has a credit note because of late usage:
    there they are negative. Other credit notes, and invoices that were replaced, have no file. Raises `NotIssued`,
    `Altered`, `NoUsageFile`, and what `usage_csv` raises.
    """
    if not corrects_only(load(number)):
        return _of_period(office, number, bom=bom)
    opened = ExitStack()
    found = opened.enter_context(correction_usage(office, number))
    pieces = write_csv(found.invoice, found.charges(), scope=found.scope, corrected=found.explained, bom=bom)
    return UsageFile(opened, (), pieces)


def _of_period(office: Office, number: str, *, bom: bool) -> UsageFile:
    issued = issued_called(number)
    scope = own_invoice_scope(issued.scope)
    if scope is None or not in_force_among([issued]):
        raise NoUsageFile(phrase("{number} has no usage file: no usage stands on it alone.", number=number))
    return usage_csv(office, scope, issued.period, bom=bom, kind=issued.kind)
