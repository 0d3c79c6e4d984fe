"""Requests to see invoices: what is asked for, who can answer, and with which roles.

What somebody typed is looked up when they ask, and never told to them: a request for what does not exist is kept like
any other, and reaches nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Case, Max, Min, Q, QuerySet, When

from kvitto.access.actions import Action
from kvitto.access.decision import Allowed, Held, decide
from kvitto.access.giving import HELD_ONCE, action_to_give
from kvitto.access.matrices import MOSP
from kvitto.access.policies import Policy
from kvitto.access.roles import Level, Role, roles_held_on
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.records import gate
from kvitto.records.access_view import Spot, View, invoice_spot
from kvitto.records.agreements import tree_around
from kvitto.records.gate import Asker
from kvitto.records.held_roles import roles_of
from kvitto.records.models import CopyRequest, InvoiceRecord, Person
from kvitto.records.people import ERASED

_PLACED = ("number", "scope_kind", "scope_key", "account_key", "period_start", "kind")
OPEN, GRANTED, DECLINED, WITHDRAWN = "open", "granted", "declined", "withdrawn"
_SCOPES_AT_ONCE = 500
_KINDS = (
    ScopeKind.SUBSCRIPTION, ScopeKind.BILLING_PROFILE, ScopeKind.BILLING_ACCOUNT, ScopeKind.INVOICE_SECTION,
    ScopeKind.DEPARTMENT, ScopeKind.ENROLLMENT_ACCOUNT, ScopeKind.CUSTOMER,
)  # fmt: skip
_GIVERS = frozenset((
    Role.ACCOUNT_ADMINISTRATOR, Role.OWNER, Role.USER_ACCESS_ADMINISTRATOR, Role.BILLING_ACCOUNT_OWNER,
    Role.BILLING_PROFILE_OWNER, Role.ENTERPRISE_ADMINISTRATOR, Role.GLOBAL_ADMINISTRATOR,
))  # fmt: skip


@dataclass(frozen=True)
class RoleOption:
    """A role that would let the asker see the invoices, and on what it would be given."""

    role: Role
    scope: Scope


@dataclass(frozen=True)
class Answering:
    """How one person can answer one request.

    `roles`: those they may give that would help, the least powerful first. `is_open`: the asker may see the invoices
    already. `needs_switch`: others may not download the subscription's invoices yet; `may_switch`: this person can
    change that.
    """

    roles: tuple[RoleOption, ...]
    is_open: bool
    has_role: bool
    needs_switch: bool
    may_switch: bool


def scope_wanted(wanted: str) -> Scope | None:
    """What somebody means who typed this: the invoice with this number, else the thing with this id; as it is invoiced.

    None if there is no such thing. The same questions are asked whatever was typed.
    """
    invoice = InvoiceRecord.objects.filter(number=wanted).values_list("scope_kind", "scope_key").first()
    scopes = [Scope(kind, wanted) for kind in _KINDS]
    tree = tree_around(scopes)
    if invoice:
        return Scope(ScopeKind(invoice[0]), invoice[1])
    for scope in scopes:
        if tree.lineage(scope):
            whole = tree.invoice_scope(scope)
            return whole.scope if whole else scope
    return None


def may_see(person: Person, wanted: str, scope: Scope) -> bool:
    """True if the person may download the invoice with the number they typed, or those of the scope."""
    if InvoiceRecord.objects.filter(number=wanted).exists():
        try:
            gate.invoice_for(person, wanted, Action.DOWNLOAD_INVOICE)
        except (gate.NotFound, gate.Refused):
            return False
        return True
    asker = Asker.around(person, scope)
    spot = invoiced_spot(asker.view, scope)
    return isinstance(asker.decide(spot, Action.DOWNLOAD_INVOICE), Allowed)


def invoiced_spot(view: View, scope: Scope) -> Spot | None:
    """Where the scope is, or was, invoiced: of a subscription that moved from where it was bought online, there."""
    now = view.spot(scope)
    if scope.kind is not ScopeKind.SUBSCRIPTION or (now and now.place.matrix is MOSP):
        return now
    stays = view.tree.stays.get(scope.id, ())
    earlier = (view.earlier_spot(scope, stay.value.account_id) for stay in reversed(stays))
    return next((spot for spot in earlier if spot), now)


def answering(person: Person, request: CopyRequest) -> Answering | None:
    """How the person can answer; None if it is not for them: they may give no role there."""
    scope = scope_of(request)
    if scope is None or request.asked_by_id == person.pk:
        return None
    invoice = InvoiceRecord.objects.filter(number=request.wanted).first()
    above = [Scope(ScopeKind.BILLING_ACCOUNT, invoice.account_key)] if invoice else []
    asker = Asker.around(person, scope, *above)
    spot = invoiced_spot(asker.view, scope)
    if invoice:  # of before December 2016, or of a support plan: no role may help
        spot = invoice_spot(asker.view, scope, invoice.account_key, invoice.period_start, invoice.kind)
    if spot is None or not _may_answer(asker, spot):
        return None
    held = spot.held_by(roles_of(request.asked_by), request.asked_by.directory)
    is_shut = spot.place.matrix is MOSP and not spot.place.policies.invoices_shared
    has_role = _opens(spot, held)
    return Answering(
        roles=tuple(option for option in _options(spot) if _helps(asker, option)),
        is_open=isinstance(decide(Action.DOWNLOAD_INVOICE, held, spot.place), Allowed),
        has_role=has_role,
        needs_switch=is_shut,
        may_switch=is_shut and isinstance(asker.decide(spot, Action.SHARE_INVOICES), Allowed),
    )


def answers_requests(person: Person) -> bool:
    """True of somebody who holds a role with which requests can be answered at all."""
    return any(_GIVERS.intersection(roles) for roles in roles_of(person).values())


def open_requests_for(person: Person) -> QuerySet[CopyRequest]:
    """The open requests that the person can answer, oldest first. The number of queries does not grow with them."""
    waiting = CopyRequest.objects.filter(state=OPEN)
    return _to_answer(person, waiting, "first").order_by("created_at", "pk")


def decided_requests_for(person: Person) -> QuerySet[CopyRequest]:
    """Those that the person could have answered and that were decided or taken back, by whomever; newest first."""
    decided = CopyRequest.objects.exclude(state=OPEN)
    found = _to_answer(person, decided, "-by_them", "-latest")
    return found.select_related("decided_by").order_by("-decided_at", "pk")


def _to_answer(person: Person, requests: QuerySet[CopyRequest], *order: str) -> QuerySet[CopyRequest]:
    """Those of the requests that are about what the person may give roles on; `order`: what is looked at first."""
    requests = requests.exclude(scope_kind="").exclude(asked_by=person)
    if not answers_requests(person):
        return requests.none()
    rows = requests.order_by().values("scope_kind", "scope_key")
    rows = rows.annotate(
        first=Min("created_at"),
        latest=Max("decided_at"),
        by_them=Max(Case(When(decided_by=person, then=1), default=0)),
    ).order_by(*order, "scope_key")
    scopes = [Scope(ScopeKind(row["scope_kind"]), row["scope_key"]) for row in rows[:_SCOPES_AT_ONCE]]
    if not scopes:
        return requests.none()
    invoices = list(
        InvoiceRecord.objects.filter(number__in=requests.values("wanted")).values(*_PLACED)[:_SCOPES_AT_ONCE]
    )
    accounts = (Scope(ScopeKind.BILLING_ACCOUNT, one["account_key"]) for one in invoices)
    asker = Asker(person, roles_of(person), View.around({*scopes, *accounts}))
    theirs: dict[ScopeKind, list[str]] = defaultdict(list)
    for scope in scopes:
        spot = invoiced_spot(asker.view, scope)
        if spot and _may_answer(asker, spot):
            theirs[scope.kind].append(scope.id)
    mine = Q(pk=None)
    for kind, keys in theirs.items():
        mine |= Q(scope_kind=kind.value, scope_key__in=keys)
    own = [one["number"] for one in invoices if _may_answer_invoice(asker, one)]
    others = [one["number"] for one in invoices if one["number"] not in own]
    return requests.filter(Q(wanted__in=own) | mine & ~Q(wanted__in=others)).select_related("asked_by")


def remove_requests_of(person: Person) -> None:
    """What an erased person asked goes, and so does who answered where that was them."""
    CopyRequest.objects.filter(asked_by=person).delete()
    CopyRequest.objects.filter(decided_by=person).update(decided_by=None)


def scope_of(request: CopyRequest) -> Scope | None:
    """What the request is about; None if there is no such thing."""
    return Scope(ScopeKind(request.scope_kind), request.scope_key) if request.scope_kind else None


def was_erased(person: Person) -> bool:
    """True of somebody who is no longer known."""
    return person.email.endswith(ERASED)


def _may_answer_invoice(asker: Asker, one: Mapping[str, Any]) -> bool:
    """Of an invoice by itself: it stays with the account it was issued under, wherever its subscription is now."""
    scope = Scope(ScopeKind(one["scope_kind"]), one["scope_key"])
    spot = invoice_spot(asker.view, scope, one["account_key"], one["period_start"], one["kind"])
    return spot is not None and _may_answer(asker, spot)


def _may_answer(asker: Asker, spot: Spot) -> bool:
    """Who may give roles there, or turn the switch."""
    gives = spot.place.matrix.gives
    action = gives.get(Level(spot.scope.kind)) or gives[Level.ACCOUNT]
    return isinstance(asker.decide(spot, action), Allowed)


def _options(spot: Spot) -> Iterable[RoleOption]:
    """Roles that would open the invoices, least powerful first, each where it would be given: the lowest place."""
    for role in spot.place.matrix.helpers:
        if role is Role.ACCOUNT_ADMINISTRATOR or role in HELD_ONCE:
            continue
        for scope in spot.above:
            level = Level(scope.kind)
            if level is not Level.MANAGEMENT_GROUP and _fits(role, level) and _opens(spot, {Held(role, level)}):
                yield RoleOption(role, scope)
                break


def _fits(role: Role, level: Level) -> bool:
    return role in roles_held_on(level)


def _helps(asker: Asker, option: RoleOption) -> bool:
    spot = asker.view.spot(option.scope)
    action = action_to_give(spot.place.matrix, Level(option.scope.kind), option.role) if spot else None
    return action is not None and isinstance(asker.decide(spot, action), Allowed)


def _opens(spot: Spot, held: Iterable[Held]) -> bool:
    """True if these roles open the invoices, once others may download them."""
    shared = replace(spot.place, policies=replace(spot.place.policies, invoices_shared=True))
    return isinstance(decide(Action.DOWNLOAD_INVOICE, held, shared), Allowed)


SWITCH = Policy.INVOICES_SHARED
