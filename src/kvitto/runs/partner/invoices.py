"""The invoices and credit notes of a partner's billing profiles, some at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import QuerySet

from kvitto.agreements.hierarchy import Scope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.invoice import CurrencyRate, DocumentType
from kvitto.invoicing.status import Standing, Status
from kvitto.records.amounts_due import past_due
from kvitto.records.in_force import invoices_in_force
from kvitto.records.invoices import SUMMARY, IssuedInvoice, load_some, summary
from kvitto.records.links import LinkKind
from kvitto.records.models import InvoiceRecord
from kvitto.records.payments import standings


class Shown(StrEnum):
    """Which of the documents are listed."""

    ALL = ""
    ACTIVE = "active"
    VOID = "void"
    PAST_DUE = "past-due"
    CREDIT_NOTES = "credit-notes"


@dataclass(frozen=True)
class PartnerInvoice:
    """A document with how it stands; `exchange` is the rate it was made at, None where prices are in its currency.

    `is_main`: it stands for its month, so that there is usage behind it.
    """

    invoice: IssuedInvoice
    standing: Standing
    status: Status
    exchange: CurrencyRate | None
    is_main: bool

    @property
    def is_void(self) -> bool:
        """True if a credit note took all of it back."""
        return self.status is Status.VOID

    @property
    def is_credit_note(self) -> bool:
        """True of a credit note."""
        return self.invoice.document_type is DocumentType.CREDIT_NOTE


def documents_of(
    profiles: Iterable[Scope], today: date, shown: Shown = Shown.ALL, currency: str = "", number: str = ""
) -> QuerySet[InvoiceRecord]:
    """The documents of these billing profiles that are wanted, newest first."""
    scopes = list(profiles)
    kinds = {scope.kind.value for scope in scopes}
    found = InvoiceRecord.objects.filter(scope_kind__in=kinds, scope_key__in=[scope.id for scope in scopes])
    if currency:
        found = found.filter(currency=currency)
    if number:
        found = found.filter(number__istartswith=number)
    match shown:
        case Shown.ACTIVE:
            found = found.filter(document_type=DocumentType.INVOICE).exclude(links__kind=LinkKind.VOID)
        case Shown.VOID:
            found = found.filter(links__kind=LinkKind.VOID)
        case Shown.PAST_DUE:
            found = past_due(found, today)
        case Shown.CREDIT_NOTES:
            found = found.filter(document_type=DocumentType.CREDIT_NOTE)
        case Shown.ALL:
            pass
    return found.order_by("-issue_date", "-number")


def listed(records: QuerySet[InvoiceRecord], today: date) -> list[PartnerInvoice]:
    """These few documents as a page shows them; the number of queries does not depend on how many they are."""
    invoices = [summary(row) for row in records.values(*SUMMARY)]
    standing = standings(invoices)
    rates = _exchanges([one.number for one in invoices])
    main = {one.number for one in invoices_in_force({one.scope for one in invoices})}
    return [
        PartnerInvoice(
            one,
            standing[one.number],
            standing[one.number].status_on(today),
            rates[one.number],
            is_main=one.number in main and one.kind is InvoiceKind.SERVICES,
        )
        for one in invoices
    ]


def latest_of(profiles: Collection[Scope]) -> dict[Scope, IssuedInvoice]:
    """The latest invoice of services of each of these profiles that has one."""
    oldest_first = reversed(invoices_in_force(profiles) if profiles else [])
    return {one.scope: one for one in oldest_first if one.kind is InvoiceKind.SERVICES}


def _exchanges(numbers: Sequence[str]) -> dict[str, CurrencyRate | None]:
    return {number: invoice.exchange for number, invoice in load_some(numbers).items()}
