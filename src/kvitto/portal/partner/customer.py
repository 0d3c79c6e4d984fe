"""One customer of a partner: what it came to month by month, what it may see itself, and its subscriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kvitto.access.actions import Action
from kvitto.access.policies import ALLOWED, NOT_ALLOWED, OFF, ON, POLICIES, Policy
from kvitto.access.roles import ROLES
from kvitto.agreements.hierarchy import AgreementType, Customer, InvoiceScope, Scope, ScopeKind, Subscription
from kvitto.agreements.parts import part_of
from kvitto.language import Phrase, phrase
from kvitto.money import Money
from kvitto.periods import Period
from kvitto.portal.billing.facts import Fact
from kvitto.portal.offers import offer_name
from kvitto.portal.partner.standing import partner_of
from kvitto.portal.permission import person_of, why_not
from kvitto.records import gate
from kvitto.records.access_view import MATRICES
from kvitto.records.agreements import own_invoice_scope
from kvitto.records.in_force import invoices_in_force
from kvitto.records.policies import policies_on
from kvitto.records.scope_path import ScopePath, path_to
from kvitto.runs.listed_periods import begun_periods, main_kind
from kvitto.runs.partner.charges import PartnerMonth, ThisMonth, partner_months, this_month

_MONTHS = 6
_ROWS = 25
_VISIBILITY = {
    ALLOWED: phrase(
        "People with a role on the customer’s subscriptions see what was used at list prices, before tax. They see"
        " neither your prices, nor files, nor invoices; those they ask you for."
    ),
    NOT_ALLOWED: phrase(
        "The customer sees that the subscriptions are there and no cost at all. For usage and invoices they ask you."
    ),
}
_PURCHASES = {
    ON: phrase("The customer may buy; you are billed for it."),
    OFF: phrase("The customer may not buy."),
}


@dataclass(frozen=True)
class MonthRow:
    """A month: what it came to, for who may see it, and the files that are open. `number`: of its invoice, if known."""

    period: Period
    known: PartnerMonth | None
    number: str


@dataclass(frozen=True)
class SubscriptionRow:
    """A subscription with what it came to this month, and the address of its daily usage, if they are open."""

    subscription: Subscription
    offer: Phrase
    charges: Money | None
    address: str


@dataclass(frozen=True)
class Setting:
    """A policy of the customer: its value and what that means; `other` is the value it could be changed to."""

    policy: Policy
    value: str
    meaning: Phrase
    is_on: bool
    may_set: bool
    setters: tuple[Phrase, ...]
    other: str

    @property
    def name(self) -> Phrase:
        """What it is called."""
        return POLICIES[self.policy].name


@require_safe
def partner_customer(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """The page, with as much of it as the role opens."""
    partner, person, scope = partner_of(request), person_of(request), Scope(ScopeKind.CUSTOMER, id)
    found = gate.scope_for(person, scope, Action.SEE_SUBSCRIPTION)
    path = path_to(person, scope)
    assert path  # noqa: S101 - the gate found it
    part, whole = part_of(found, scope), own_invoice_scope(found.scope) or found
    customer = path.value
    assert isinstance(customer, Customer)  # noqa: S101 - that is its kind
    sees_charges = path.may(Action.SEE_CHARGES)
    months = Paginator(begun_periods(part, settings.OFFICE.today())[::-1], _MONTHS).get_page(request.GET.get("page"))
    listed = Paginator(sorted(part.subscriptions, key=lambda one: (one.name.casefold(), one.id)), _ROWS)
    page = listed.get_page(request.GET.get("subscriptions"))
    this = _this_month(whole, part, sees_charges=sees_charges)
    context = {
        "standing": path,
        "here": "partner_customer",
        "pages": partner.pages,
        "customer": customer,
        "profile": whole,
        "facts": _facts(customer, whole),
        "this": this,
        "this_total": this.of_customer(customer.id) if this else None,
        "sees_charges": sees_charges,
        "why_no_charges": None if sees_charges else why_not(person, scope, Action.SEE_CHARGES),
        "months": _months(path, whole, part, list(months.object_list)),
        "month_page": months,
        "currency": whole.currency,
        "pricing_currency": whole.pricing_currency if whole.pricing_currency != whole.currency else "",
        "may_have_usage": path.may(Action.DOWNLOAD_DAILY_RATED_USAGE),
        "may_reconcile": path.may(Action.DOWNLOAD_RECONCILIATION),
        "subscriptions": [_subscription(one, this, sees_charges=sees_charges) for one in page.object_list],
        "page": page,
        "settings": _settings(path),
    }
    return render(request, "portal/partner/customer.html", context)


def _this_month(whole: InvoiceScope, part: InvoiceScope, *, sees_charges: bool) -> ThisMonth | None:
    if not sees_charges:
        return None
    return next(iter(this_month(settings.OFFICE, [whole], {one.id for one in part.subscriptions})), None)


def _facts(customer: Customer, profile: InvoiceScope) -> list[Fact]:
    return [
        Fact(phrase("Directory"), customer.directory or phrase("none recorded")),
        Fact(phrase("Reseller"), customer.reseller or phrase("none, sold by you")),
        Fact(phrase("Billing profile"), profile.name),
        Fact(phrase("Customer id"), customer.id),
        Fact(phrase("Address"), party=customer.party),
    ]


def _months(path: ScopePath, whole: InvoiceScope, part: InvoiceScope, periods: Sequence[Period]) -> list[MonthRow]:
    kind = main_kind(whole)
    numbers = {one.period: one.number for one in invoices_in_force([whole.scope]) if one.kind is kind}
    known: Mapping[Period, PartnerMonth] = {}
    if path.may(Action.SEE_CHARGES):
        own = [one.id for one in part.subscriptions]
        known = {one.period: one for one in partner_months(settings.OFFICE, whole, own, periods)}
    shows_numbers = path.may(Action.DOWNLOAD_RECONCILIATION)
    return [MonthRow(period, known.get(period), numbers.get(period, "") if shows_numbers else "") for period in periods]


def _subscription(one: Subscription, this: ThisMonth | None, *, sees_charges: bool) -> SubscriptionRow:
    address = reverse("subscription_period", args=[one.id, this.period.start]) if this and sees_charges else ""
    is_there = this is not None and one.started_on < this.period.end
    return SubscriptionRow(
        one,
        offer_name(one.offer, AgreementType.MPA),
        this.charges.get(one.id) if this else None,
        address if is_there else "",
    )


def _settings(path: ScopePath) -> list[Setting]:
    """What is set for the customer, as far as the person may see it."""
    here = policies_on([path.scope])[path.scope]
    rows = (
        (Policy.CUSTOMER_VIEWS_CHARGES, Action.SET_CUSTOMER_VISIBILITY, _VISIBILITY, (NOT_ALLOWED, ALLOWED)),
        (Policy.CUSTOMER_PURCHASES, Action.SEE_CUSTOMER_PURCHASES, _PURCHASES, (OFF, ON)),
    )
    matrix = MATRICES[path.agreement]
    found = []
    for policy, seen_by, meanings, (closed, opened) in rows:
        setting = matrix.policies[policy]
        if path.may(seen_by) or path.may(setting):
            value = here.get(policy, POLICIES[policy].default)
            setters = tuple(ROLES[role].name for role in matrix.who_may(setting))
            found.append(
                Setting(
                    policy,
                    value,
                    meanings[value],
                    is_on=value == opened,
                    may_set=path.may(setting),
                    setters=setters,
                    other=closed if value == opened else opened,
                )
            )
    return found
