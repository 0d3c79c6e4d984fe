"""The start page: all subscriptions a person may see, and what else is open to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kvitto.access.answers import Refused
from kvitto.agreements.billing_periods import periods_of
from kvitto.agreements.hierarchy import InvoiceScope, Scope, ScopeKind, Subscription
from kvitto.agreements.subscription_state_words import ToldState
from kvitto.language import Phrase, phrase
from kvitto.periods import Period
from kvitto.portal.address_parts import INVOICE_PAGES, address_of
from kvitto.portal.offers import offer_name
from kvitto.portal.permission import person_of
from kvitto.portal.subscription_choice import choice_in, found_by
from kvitto.records import gate
from kvitto.records.gate import Action, Everything
from kvitto.runs.subscription_rows import SubscriptionRow, subscription_rows
from kvitto.runs.subscription_state import states_of

_ROWS = 25
_PARTS = (
    (phrase("Customers"), (ScopeKind.CUSTOMER,)),
    (phrase("Invoice sections"), (ScopeKind.INVOICE_SECTION,)),
    (phrase("Departments and accounts"), (ScopeKind.DEPARTMENT, ScopeKind.ENROLLMENT_ACCOUNT)),
)


@dataclass(frozen=True)
class ListedSubscription:
    """A row and where it leads; an address is empty where nothing opens, and then there is a reason.

    `address` is that of the whole row, `usage` that of the open period's daily usage. `state`: as the reader may know.
    `why_not_latest`: the rule that keeps the latest invoice closed.
    """

    row: SubscriptionRow
    offer: Phrase
    address: str
    usage: str
    why_no_charges: Refused | None
    why_no_invoices: Refused | None
    state: ToldState
    why_not_latest: Phrase | None


@dataclass(frozen=True)
class Beside:
    """A group of other pages that are open: its title, and the name and address of each."""

    title: Phrase
    links: tuple[tuple[str, str], ...]


@require_safe
def subscriptions(request: HttpRequest) -> HttpResponse:
    """Each subscription with what the open period came to so far, and its latest invoice or the reason for none."""
    everything = gate.everything_of(person_of(request))
    choice, invoiced = choice_in(request.GET), everything.invoice_scopes()
    seen = {scope.scope for scope in invoiced}
    found = found_by(everything, choice, seen)
    page = Paginator(found.places, _ROWS).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    charged = {each.scope for each in shown if everything.may(each.scope, Action.SEE_CHARGES, at_agreed_prices=True)}
    rows = subscription_rows(settings.OFFICE, shown, may_see_charges=charged, may_see_invoices=seen)
    states = states_of(settings.OFFICE, shown, may_see_invoices=seen)
    context = {
        "rows": [_listed(row, everything, states[row.place.scope]) for row in rows],
        "page": page,
        "choice": choice,
        "found": found,
        "search": choice.search,
        "moment": min((row.moment for row in rows), default=settings.OFFICE.now()),
        "beside": everything.once(
            ("beside", settings.OFFICE.today()),
            lambda: [group for group in _beside(everything, invoiced) if group.links],
        ),
    }
    return render(request, "portal/subscriptions.html", context)


def _listed(row: SubscriptionRow, everything: Everything, state: ToldState) -> ListedSubscription:
    place = row.place
    why_no_charges = everything.why_not(place.scope, Action.SEE_CHARGES)
    is_invoiced = row.invoice is not None or row.absence is not None
    period = None if why_no_charges else row.period
    usage = reverse("subscription_period", args=[place.subscription.id, period.start]) if period else ""
    invoices = reverse(INVOICE_PAGES[place.invoice_scope.kind], args=[place.invoice_scope.id]) if is_invoiced else ""
    return ListedSubscription(
        row,
        offer=offer_name(place.subscription.offer, place.account.agreement),
        address=invoices or usage,
        usage=usage,
        why_no_charges=why_no_charges,
        why_no_invoices=None if is_invoiced else everything.why_not(place.scope, Action.SEE_INVOICES),
        state=state,
        why_not_latest=everything.why_closed(row.invoice) if row.invoice else None,
    )


def _beside(everything: Everything, invoiced: Iterable[InvoiceScope]) -> list[Beside]:
    """Billing profiles and enrollments by their invoices, and parts of them by their usage."""
    enrollments = [scope for scope in invoiced if scope.scope.kind is ScopeKind.BILLING_ACCOUNT]
    profiles = [scope for scope in invoiced if scope.profile]
    parts = [
        Beside(title, _labelled(part for kind in kinds for part in _usage_pages(everything, kind)))
        for title, kinds in _PARTS
    ]
    return [
        Beside(phrase("Enrollments"), _labelled(_invoice_page(scope) for scope in enrollments)),
        Beside(phrase("Billing profiles"), _labelled(_invoice_page(scope) for scope in profiles)),
        *parts,
    ]


def _invoice_page(scope: InvoiceScope) -> tuple[str, str, str]:
    return scope.name, scope.account.name, f"{address_of(scope)}invoices/"


def _usage_pages(everything: Everything, kind: ScopeKind) -> Iterable[tuple[str, str, str]]:
    """Name, what it belongs to and address of each part whose usage is open, in its latest period that has begun."""
    today = settings.OFFICE.today()
    latest: dict[Scope, Mapping[str, Period | None]] = {}
    for scope, part in everything.parts(kind):
        if scope.scope not in latest:
            latest[scope.scope] = _latest_periods(scope, kind, today)
        period = latest[scope.scope].get(part.id)
        if period:
            yield part.name, scope.name, reverse(f"{kind}_period", args=[part.id, period.start])


def _latest_periods(scope: InvoiceScope, kind: ScopeKind, today: date) -> dict[str, Period | None]:
    """Of each part of this kind, in one walk through the subscriptions."""
    departments = {account.id: account.department_id for account in scope.enrollment_accounts}
    own: dict[str, list[Subscription]] = {}
    for each in scope.subscriptions:
        own.setdefault(_part_above(each, kind, departments), []).append(each)
    return {
        part: max(periods_of(replace(scope, subscriptions=tuple(some)), today), default=None)
        for part, some in own.items()
    }


def _part_above(each: Subscription, kind: ScopeKind, departments: Mapping[str, str]) -> str:
    """The id of the part of this kind that the subscription stands in; empty if it stands in none."""
    match kind:
        case ScopeKind.INVOICE_SECTION:
            return each.section_id
        case ScopeKind.CUSTOMER:
            return each.customer_id
        case ScopeKind.DEPARTMENT:
            return departments.get(each.enrollment_account_id, "")
        case _:
            return each.enrollment_account_id


def _labelled(pages: Iterable[tuple[str, str, str]]) -> tuple[tuple[str, str], ...]:
    """By name; what several are called says what it belongs to as well."""
    found = sorted(pages)
    counts = Counter(name for name, _, _ in found)
    return tuple((name if counts[name] == 1 else f"{name} · {above}", address) for name, above, address in found)
