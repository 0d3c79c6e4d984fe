"""The overview of a scope: what is to pay, the latest invoice, what is below, and where to go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kvitto.access.actions import Action
from kvitto.agreements.hierarchy import AgreementType, Scope, ScopeKind, Subscription
from kvitto.invoicing.invoice import DocumentType
from kvitto.invoicing.status import Standing, Status
from kvitto.language import Phrase, phrase
from kvitto.portal.billing.below import parts_below
from kvitto.portal.billing.facts import Fact
from kvitto.portal.billing.lists import LISTS
from kvitto.portal.billing.standing import standing_of
from kvitto.portal.navigation import ENTRIES_BY_NAME, entry_address, open_entry
from kvitto.portal.offers import offer_name
from kvitto.portal.permission import person_of
from kvitto.portal.scope_words import AGREEMENTS, IN_SHORT, kind_of, name_of
from kvitto.records.amounts_due import AmountDue, amounts_due
from kvitto.records.invoices import IssuedInvoice
from kvitto.records.models import AgreementRecord, InvoiceRecord
from kvitto.records.payments import standing_of as standing_of_invoice
from kvitto.records.scope_path import ScopePath
from kvitto.records.seen_invoices import seen_of
from kvitto.runs.invoice_life.giving_back import legal_today

_SHOWN = 5
_WITH_SUBSCRIPTIONS = (ScopeKind.INVOICE_SECTION, ScopeKind.CUSTOMER, ScopeKind.ENROLLMENT_ACCOUNT)


@dataclass(frozen=True)
class Below:
    """The first things of one kind below the scope, how many there are, and where all of them are."""

    title: Phrase
    links: tuple[tuple[str, str], ...]
    count: int
    address: str


@dataclass(frozen=True)
class Latest:
    """The latest invoice with how it stands."""

    invoice: IssuedInvoice
    standing: Standing
    status: Status


@require_safe
def overview(request: HttpRequest, kind: ScopeKind, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """The first page of a scope of any kind."""
    person = person_of(request)
    path = open_entry(person, Scope(kind, id), "overview")
    today = legal_today(settings.OFFICE)
    invoices = _invoices(path)
    latest = None if invoices is None else _latest(path, invoices, today)
    context = {
        "path": path,
        "here": "overview",
        "name": name_of(path.value),
        "kind": kind_of(kind, path.account),
        "facts": _facts(path, settings.OFFICE.today()),
        "sees_invoices": invoices is not None,
        "due": _due(invoices, today),
        "latest": latest,
        "invoices_address": entry_address("invoices", path),
        "usage_address": entry_address("usage", path),
        "charges_address": entry_address("usage_and_charges", path),
        "below": [below for below in _below(path) if below.count],
    }
    return render(request, "portal/billing/overview.html", context)


def _invoices(path: ScopePath) -> QuerySet[InvoiceRecord] | None:
    """The documents made for the scope or below it; None where the person may not see them or none are made."""
    if not path.may(Action.SEE_INVOICES):
        return None
    scope = path.scope
    match scope.kind:
        case ScopeKind.BILLING_ACCOUNT:
            return InvoiceRecord.objects.filter(account_key=scope.id)
        case ScopeKind.BILLING_PROFILE:
            return InvoiceRecord.objects.filter(scope_kind=scope.kind.value, scope_key=scope.id)
        case ScopeKind.SUBSCRIPTION if path.agreement is AgreementType.MOSP:
            own = InvoiceRecord.objects.filter(scope_kind=scope.kind.value, scope_key=scope.id)
            return own.filter(account_key=path.account.id)
    return None


def _due(invoices: QuerySet[InvoiceRecord] | None, today: date) -> list[AmountDue]:
    return [] if invoices is None else amounts_due(invoices, today)


def _latest(path: ScopePath, invoices: QuerySet[InvoiceRecord], today: date) -> Latest | None:
    newest = invoices.filter(document_type=DocumentType.INVOICE).order_by("-issue_date", "-number")
    found = seen_of(path.doors.person, newest, 1, path.doors.held)
    if not found:
        return None
    standing = standing_of_invoice(found[0])
    return Latest(found[0], standing, standing.status_on(today))


def _facts(path: ScopePath, today: date) -> list[Fact]:
    value = path.value
    facts = [Fact(phrase("Id"), path.scope.id)]
    if isinstance(value, Subscription):
        facts += [
            Fact(phrase("Offer"), offer_name(value.offer, path.agreement)),
            Fact(phrase("Since"), value.started_on),
        ]
        if value.offer.id:
            facts.append(Fact(phrase("Offer id"), value.offer.id))
        if value.ended_on:
            facts.append(Fact(phrase("Ended on"), value.ended_on))
    if path.account.enrollment:
        facts.append(Fact(phrase("Enrollment number"), path.account.enrollment.number))
    facts.append(Fact(phrase("Agreement"), AGREEMENTS[path.agreement], note=IN_SHORT[path.agreement]))
    if path.scope.kind is ScopeKind.BILLING_ACCOUNT:
        facts.append(Fact(phrase("Status"), standing_of(path.account, today)))
    return facts


def _below(path: ScopePath) -> list[Below]:
    found = [
        _some(path, kind, ENTRIES_BY_NAME[name].title, address)
        for name, kind in LISTS.items()
        if (address := entry_address(name, path))
    ]
    if path.scope.kind in _WITH_SUBSCRIPTIONS or (
        path.scope.kind is ScopeKind.BILLING_ACCOUNT and path.agreement is AgreementType.MOSP
    ):
        address = (
            f"{reverse('subscriptions')}?search={path.account.name}" if path.agreement is AgreementType.MOSP else ""
        )
        found.append(_some(path, ScopeKind.SUBSCRIPTION, phrase("Subscriptions"), address))
    return found


def _some(path: ScopePath, kind: ScopeKind, title: Phrase, address: str) -> Below:
    records: QuerySet[AgreementRecord] = parts_below(path.scope, kind)
    links = tuple(
        (str(row.facts["name"]), reverse(f"{kind.value}_overview", args=[row.key])) for row in records[:_SHOWN]
    )
    return Below(title, links, records.count(), address)
