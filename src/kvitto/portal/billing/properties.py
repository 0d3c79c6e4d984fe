"""Properties of a scope (Settings → Properties), as far as they are the person's to see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kvitto.agreements.hierarchy import (
    AgreementType,
    BillingAccount,
    BillingProfile,
    Cadence,
    Customer,
    Department,
    Enrollment,
    EnrollmentAccount,
    InvoiceSection,
    PaysBy,
    Scope,
    ScopeKind,
)
from kvitto.language import LANGUAGES, Phrase, phrase, phrases
from kvitto.portal.billing.facts import Fact
from kvitto.portal.billing.standing import standing_of
from kvitto.portal.navigation import PROPERTIES, open_entry
from kvitto.portal.permission import person_of
from kvitto.portal.scope_words import AGREEMENTS, IN_SHORT, kind_of, name_of
from kvitto.records.scope_path import ScopePath

_CADENCES = {
    Cadence.MONTHLY: phrase("every month"),
    Cadence.QUARTERLY: phrase("every quarter"),
    Cadence.ANNUAL: phrase("every year"),
}
_PAYS_BY = {PaysBy.CARD: phrase("Card"), PaysBy.INVOICE: phrase("Wire transfer or check")}
Groups = list[tuple[Phrase, list[Fact]]]


@require_safe
def properties(request: HttpRequest, kind: ScopeKind, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """What is agreed about the scope."""
    path = open_entry(person_of(request), Scope(kind, id), "properties")
    context = {
        "path": path,
        "here": "properties",
        "name": name_of(path.value),
        "kind": kind_of(kind, path.account),
        "groups": groups_of(path, settings.OFFICE.today()),
        "bought_through": getattr(path.value, "bought_through", ""),
    }
    return render(request, "portal/billing/properties.html", context)


def groups_of(path: ScopePath, today: date) -> Groups:
    """The facts in groups, each under its title; empty facts and groups are left out."""
    groups: Groups = [
        (phrase("General"), [*_general(path, today)]),
        (phrase("Addresses and tax ids"), list(_parties(path.value))),
        (phrase("Invoices and payment"), list(_terms(path))),
    ]
    return [
        (title, shown) for title, facts in groups if (shown := [fact for fact in facts if fact.value or fact.party])
    ]


def _general(path: ScopePath, today: date) -> Iterator[Fact]:
    value, account = path.value, path.account
    yield Fact(phrase("Name"), name_of(value))
    yield Fact(phrase("Id"), path.scope.id)
    yield Fact(phrase("Agreement"), AGREEMENTS[path.agreement], note=IN_SHORT[path.agreement])
    if not isinstance(value, BillingAccount) and _sees_account(path):
        yield Fact(phrase("Billing account"), account.name)
    match value:
        case BillingAccount():
            yield Fact(phrase("Status"), standing_of(value, today))
            yield Fact(phrase("Account Administrator"), value.administrator)
            if value.enrollment:
                yield from _enrollment(value.enrollment)
            else:
                yield Fact(phrase("Created on"), value.created_on)
            yield Fact(phrase("Directory"), value.directory)
        case Department() | EnrollmentAccount():
            yield Fact(phrase("Cost center"), value.cost_center)
        case Customer():
            yield Fact(phrase("Reseller"), value.reseller)
            yield Fact(phrase("Directory"), value.directory)


def _enrollment(enrollment: Enrollment) -> Iterator[Fact]:
    yield Fact(phrase("Enrollment number"), enrollment.number)
    yield Fact(phrase("Agreement began on"), enrollment.starts_on)
    if enrollment.ends_on:
        yield Fact(phrase("First day after the term"), enrollment.ends_on)
    yield Fact(phrase("Overage is invoiced"), _CADENCES[enrollment.cadence])
    yield Fact(phrase("Channel partner"), enrollment.partner)


def _parties(value: object) -> Iterator[Fact]:
    match value:
        case BillingAccount():
            yield Fact(phrase("Sold to"), party=value.sold_to)
            yield Fact(phrase("Ship to"), party=value.ship_to)
        case BillingProfile():
            yield Fact(phrase("Bill to"), party=value.bill_to)
            yield Fact(phrase("Ship to"), party=value.ship_to)
        case Customer():
            yield Fact(phrase("Address"), party=value.party)


def _terms(path: ScopePath) -> Iterator[Fact]:
    value, account = path.value, path.account
    match value:
        case BillingAccount():
            yield Fact(phrase("Currency"), value.currency)
            yield Fact(phrase("Pricing currency"), value.pricing_currency)
            yield Fact(phrase("Language of documents"), LANGUAGES[value.language].own_name)
            if path.agreement in {AgreementType.MOSP, AgreementType.EA}:
                default = value.enrollment.number if value.enrollment else ""
                yield Fact(phrase("Purchase order number"), value.purchase_order or default)
                yield Fact(phrase("Payment terms"), due_rule(value.payment_terms_days))
                yield Fact(phrase("Pays by"), _PAYS_BY[value.pays_by])
            if path.agreement is AgreementType.MOSP:
                yield Fact(phrase("Invoice day"), _day_of_month(value.created_on.day))
        case BillingProfile():
            yield Fact(phrase("Currency"), value.currency or account.currency)
            yield Fact(phrase("Language of documents"), LANGUAGES[value.language or account.language].own_name)
            yield Fact(phrase("Purchase order number"), value.purchase_order)
            yield Fact(phrase("Invoice day"), _day_of_month(value.invoice_day))
            yield Fact(phrase("Payment terms"), due_rule(value.payment_terms_days))
        case InvoiceSection() | Department() | EnrollmentAccount() | Customer():
            return


def due_rule(days: int) -> Phrase:
    """When invoices are due, in words."""
    if not days:
        return phrase("To be paid on the invoice date.")
    return phrases(
        "To be paid up to and including {count} day after the invoice date.",
        "To be paid up to and including {count} days after the invoice date.",
        days,
    )


def _day_of_month(day: int) -> Phrase:
    return phrase("Day {day} of the month, or up to two days later", day=day)


def _sees_account(path: ScopePath) -> bool:
    account = path.lineage[-1]
    openings = PROPERTIES[ScopeKind.BILLING_ACCOUNT]
    return any(path.agreement in one.agreements and path.may(one.action, account) for one in openings)
