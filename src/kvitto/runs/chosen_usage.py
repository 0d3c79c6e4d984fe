"""The charges that somebody chose on the page of a period's daily usage, as a flat CSV file."""

from __future__ import annotations

from contextlib import ExitStack

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.documents.usage_files.stream import write_chosen
from kvitto.periods import Period
from kvitto.runs.daily_usage import Asked
from kvitto.runs.make_documents import UsageFile
from kvitto.runs.office import Office
from kvitto.runs.period_charges import charges_of_period


def chosen_usage_csv(office: Office, scope: InvoiceScope, period: Period, asked: Asked) -> UsageFile:
    """The rows that the filters let pass, in pieces; what they cost together is the total that the page shows.

    Without fees, corrections and rounding, which belong to whole lines of the invoice: those are in the whole file.
    Raises what `charges_of_period` raises.
    """
    opened = ExitStack()
    found = opened.enter_context(charges_of_period(office, scope, period))
    pieces = write_chosen(found.invoice, filter(asked.passes, found.charges()), scope=found.scope)
    return UsageFile(opened, (), pieces, found.rated.charge_count())
