"""Closing what is due as a job, and working out beforehand what it would do; both tell numbers a page can show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from kvitto.invoicing.invoice import DocumentType
from kvitto.language import Phrase
from kvitto.money import EXACT, Money, plain
from kvitto.periods import Period
from kvitto.records import jobs
from kvitto.records.audit import Door, Result, note
from kvitto.records.invoices import IssuedInvoice, list_invoices
from kvitto.records.models import Job, NumberSeries, Person
from kvitto.records.phrase_facts import phrase_facts
from kvitto.runs.closing.close_report import CloseReport
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.closing.preview import periods_now, preview
from kvitto.runs.invoice_list import scope_names
from kvitto.runs.jobs.job import CLOSE, PREVIEW, Asked, Tell
from kvitto.runs.office import Office
from kvitto.runs.rate_period import current_as_of

_LISTED = 200  # of each kind; more are only counted


def ask_to_close(office: Office, person: Person) -> Job:
    """A job that issues everything that is due; the one that is open already, whoever asked for it."""
    now, taken = office.now(), dict(NumberSeries.objects.values_list("name", "latest_number"))
    with transaction.atomic():
        job = jobs.ask(
            CLOSE, {"numbers_taken": taken}, person, at=now, beat=datetime.now(UTC), same_as={}, for_all=True
        )
        note("period.close", Result.DONE, who=person.pk, door=Door.PORTAL, facts={"job": str(job.pk)}, at=now)
    return job


def ask_for_preview(office: Office, person: Person) -> Job:
    """A job that works out what closing would do now; the one that is open already."""
    return jobs.ask(PREVIEW, {}, person, at=office.now(), beat=datetime.now(UTC), for_all=True)


def close_due(office: Office, asked: Asked, tell: Tell) -> Mapping[str, Any]:
    """Close; may be begun again at any time, and then tells of everything that was issued since it was asked for."""
    report = close(office, progress=_Phases(tell))
    issued = _issued_since(asked.parameters["numbers_taken"])
    return _closed_facts(report, issued)


def preview_close(office: Office, _asked: Asked, tell: Tell) -> Mapping[str, Any]:
    """Work out what closing would do. Nothing is kept but the answer."""
    known = what_is_known(office)
    found = preview(office, tell)
    names = scope_names()
    return {
        "known": known,
        "invoices": found.invoices,
        "amounts": [_money(one) for one in found.amounts],
        "without_invoice": found.without_invoice,
        "blocked": [_row(one.scope.name, one.period, one.kind, one.causes) for one in found.blocked[:_LISTED]],
        "blocked_count": len(found.blocked),
        "unpriced": [
            _row(names.get(one.scope.scope, one.scope.name), one.period, one.kind, one.causes)
            for one in found.unpriced[:_LISTED]
        ],
        "unpriced_count": len(found.unpriced),
    }


def what_is_known(office: Office) -> list[object]:
    """What a preview follows from: usage, agreements and prices, and which periods are due. Else it is out of date."""
    as_of, found = current_as_of(), periods_now(office)
    return [as_of.usage_sequence, as_of.revision, len(found.due), len(found.not_due), office.today().isoformat()]


class _Phases:
    """Closing goes over periods first and over documents then; a job counts both as steps."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._before: dict[str, tuple[int, int]] = {}

    def __call__(self, what: Phrase, done: int, of: int) -> None:
        self._before[what.text] = (done, of)
        steps = list(self._before.values())
        self._tell(sum(each for each, _ in steps), sum(total for _, total in steps))


def _issued_since(taken: Mapping[str, int]) -> list[IssuedInvoice]:
    """The invoices and credit notes whose numbers were taken since."""
    return sorted((one for one in list_invoices() if _counted(one.number) > _latest(one.number, taken)), key=_by_number)


def _by_number(one: IssuedInvoice) -> tuple[str, int]:
    return one.number.rpartition("-")[0], _counted(one.number)


def _latest(number: str, taken: Mapping[str, int]) -> int:
    return taken.get(number.rpartition("-")[0], 0)


def _counted(number: str) -> int:
    end = number.rpartition("-")[2]
    return int(end) if end.isdigit() else 0


def _closed_facts(report: CloseReport, issued: list[IssuedInvoice]) -> dict[str, Any]:
    names = scope_names()
    invoices = [one for one in issued if one.document_type is DocumentType.INVOICE]
    credit_notes = [one for one in issued if one.document_type is DocumentType.CREDIT_NOTE]
    late = [one for one in report.late_usage if one.causes or one.told]
    return {
        "issued": len(invoices),
        "amounts": [_money(one) for one in _sums(invoices)],
        "credit_notes": len(credit_notes),
        "first": invoices[0].number if invoices else "",
        "last": invoices[-1].number if invoices else "",
        "listed": [
            {**_row(names.get(one.scope, one.scope.id), one.period, one.kind, ()), "number": one.number,
             "amount": _money(one.payable)}
            for one in issued[:_LISTED]
        ],
        "without_invoice": [
            _row(one.scope.name, one.period, one.kind, (one.absence.phrase,))
            for one in report.without_invoice[:_LISTED]
        ],
        "without_count": len(report.without_invoice),
        "blocked": [_row(one.scope.name, one.period, one.kind, one.causes) for one in report.blocked[:_LISTED]],
        "blocked_count": len(report.blocked),
        "late": [
            _row(names.get(one.invoice.scope, one.invoice.number), one.invoice.period, one.invoice.kind,
                 (*one.causes, *one.told))
            for one in late[:_LISTED]
        ],
        "not_due": len(report.not_due),
        "documents": report.documents_made,
        "trouble": phrase_facts(report.documents_trouble) if report.documents_trouble else None,
        "is_complete": report.is_complete,
    }  # fmt: skip


def _row(name: str, period: Period, kind: str, causes: Iterable[Phrase]) -> dict[str, Any]:
    return {
        "name": name,
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
        "kind": str(kind),
        "causes": [phrase_facts(cause) for cause in causes],
    }


def _sums(invoices: Iterable[IssuedInvoice]) -> list[Money]:
    sums: dict[str, Money] = {}
    for one in invoices:
        before = sums.get(one.payable.currency)
        total = EXACT.add(before.amount, one.payable.amount) if before else one.payable.amount
        sums[one.payable.currency] = Money(total, one.payable.currency)
    return [sums[currency] for currency in sorted(sums)]


def _money(amount: Money) -> list[str]:
    return [plain(amount.amount), amount.currency]
