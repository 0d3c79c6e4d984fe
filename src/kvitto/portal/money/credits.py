"""Credits: what is left of each, what became of it, and what pending charges would leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kvitto.access.actions import Action
from kvitto.agreements.hierarchy import AgreementType, InvoiceScope, Scope, ScopeKind
from kvitto.errors import UnableTo
from kvitto.invoicing.credit_history import LOT_STATUSES, CreditEvent, EventType
from kvitto.language import Phrase, phrase
from kvitto.money import Money, total
from kvitto.portal.billing.below import parts_below
from kvitto.portal.money.credit_words import SOURCES, TONES, TREATMENTS, reason_of_event, said_of_event, what_it_pays
from kvitto.portal.navigation import open_entry
from kvitto.portal.permission import person_of
from kvitto.portal.scope_words import kind_of, name_of
from kvitto.records import gate
from kvitto.records.agreements import own_invoice_scope
from kvitto.records.lot_states import lots_of_scopes
from kvitto.records.scope_path import ScopePath
from kvitto.runs.credits import Credit, ListedLot, credit_of_scope
from kvitto.runs.monthly_credit import MonthlyCredit, monthly_credit

_EVENTS, _PROFILES = 25, 25
_PENDING = (EventType.PENDING_CHARGES, EventType.PENDING_EXPIRED_CREDIT, EventType.PENDING_NEW_CREDIT)


@dataclass(frozen=True)
class LotRow:
    """One credit in words. `last_day`: the last one on which it may be used, None if it never expires."""

    id: str
    source: Phrase
    name: str
    purchase_order: str
    treatment: Phrase
    starts_on: date
    last_day: date | None
    amount: Money
    left: Money
    status: Phrase
    tone: str


@dataclass(frozen=True)
class EventRow:
    """One event in words; `document` leads to it, empty where there is none or the reader may not see it."""

    event: CreditEvent
    said: Phrase
    reason: Phrase | None
    lot: str
    document: str


@dataclass(frozen=True)
class ProfileRow:
    """The credit of one billing profile of an account; `balance` is None without any."""

    name: str
    id: str
    address: str
    balance: Money | None


@require_safe
def credits_page(request: HttpRequest, kind: ScopeKind, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """The credit of a subscription bought online, a billing profile or an enrollment; of an account by profile."""
    path = open_entry(person_of(request), Scope(kind, id), "credits")
    is_of_profiles = kind is ScopeKind.BILLING_ACCOUNT and path.agreement is AgreementType.MCA
    context = {
        "path": path,
        "here": "credits",
        "name": name_of(path.value),
        "kind": kind_of(kind, path.account),
    }
    if is_of_profiles:
        page = Paginator(parts_below(path.scope, ScopeKind.BILLING_PROFILE), _PROFILES).get_page(
            request.GET.get("page")
        )
        rows = _profiles([(row.key, str(row.facts["name"])) for row in page.object_list])
        return render(request, "portal/money/credits_by_profile.html", context | {"page": page, "rows": rows})
    return render(request, "portal/money/credits.html", context | _of_one(request, path))


def _of_one(request: HttpRequest, path: ScopePath) -> dict[str, object]:
    scope = own_invoice_scope(path.scope)
    if scope is None:
        raise gate.NotFound(phrase("There is no {id} here that you could see.", id=path.scope.id))
    credit = credit_of_scope(settings.OFFICE, scope)
    settled = [event for event in reversed(credit.events) if event.balance is not None]
    page = Paginator(settled, _EVENTS).get_page(request.GET.get("page"))
    sees_documents = path.may(Action.SEE_INVOICES)
    names = {lot.id: lot.name or str(lot.source) for lot in map(_lot_row, credit.lots)}
    monthly, problem = _monthly(scope)
    return {
        "scope": scope,
        "credit": credit,
        "lots": [_lot_row(one) for one in credit.lots],
        "pending": [_event_row(event, names, sees_documents=False) for event in _pending(credit)],
        "events": [_event_row(event, names, sees_documents=sees_documents) for event in page.object_list],
        "page": page,
        "monthly": monthly,
        "problem": problem,
        "eligible": what_it_pays(path.agreement),
        "is_enrollment": path.agreement is AgreementType.EA,
        "moment": settings.OFFICE.now(),
    }


def _monthly(scope: InvoiceScope) -> tuple[MonthlyCredit | None, Phrase | None]:
    try:
        return monthly_credit(settings.OFFICE, scope), None
    except UnableTo as error:
        return None, error.phrase


def _pending(credit: Credit) -> list[CreditEvent]:
    return [event for event in credit.events if event.type in _PENDING]


def _lot_row(one: ListedLot) -> LotRow:
    lot = one.state.lot
    return LotRow(
        lot.id,
        SOURCES[lot.source],
        lot.name,
        lot.purchase_order,
        TREATMENTS[lot.treatment],
        lot.starts_on,
        date.fromordinal(lot.expires_on.toordinal() - 1) if lot.expires_on else None,
        lot.amount,
        one.state.left,
        LOT_STATUSES[one.status],
        TONES[one.status],
    )


def _event_row(event: CreditEvent, names: dict[str, str], *, sees_documents: bool) -> EventRow:
    document = reverse("invoice", args=[event.document]) if event.document and sees_documents else ""
    return EventRow(
        event, said_of_event(event), reason_of_event(event), names.get(event.lot_id, event.lot_id), document
    )


def _profiles(found: list[tuple[str, str]]) -> list[ProfileRow]:
    scopes = {key: Scope(ScopeKind.BILLING_PROFILE, key) for key, _ in found}
    lots, today = lots_of_scopes(set(scopes.values())), settings.OFFICE.today()
    rows = []
    for key, name in found:
        begun = [one.left for one in lots.get(scopes[key], ()) if one.lot.starts_on <= today]
        address = reverse("billing_profile_credits", args=[key])
        rows.append(ProfileRow(name, key, address, total(begun, begun[0].currency) if begun else None))
    return rows
