"""The gate: load a thing and permit it, in one step, for every door. No door loads without it.

Whoever has no relation to a thing learns nothing about it: an id of somebody else and an id that never existed give the
same `NotFound`. Lists hold exactly what single questions would open.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TypeVar

from kvitto.access import decision
from kvitto.access.actions import Action
from kvitto.access.decision import Allowed, Decision
from kvitto.access.giving import action_to_see
from kvitto.access.roles import Level, Role
from kvitto.agreements.hierarchy import (
    Customer,
    Department,
    EnrollmentAccount,
    InvoiceScope,
    InvoiceSection,
    Scope,
    ScopeKind,
)
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.tree import PlacedSubscription
from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase
from kvitto.records.access_view import HeldOn, History, Spot, View, decide_at, invoice_spot
from kvitto.records.held_roles import holdings_on, roles_of
from kvitto.records.invoices import IssuedInvoice
from kvitto.records.models import InvoiceRecord, Person

__all__ = [
    "Action",
    "Allowed",
    "Asker",
    "Everything",
    "History",
    "NotFound",
    "Refused",
    "closed_invoices",
    "decision_in_history",
    "decision_on",
    "everything_of",
    "history_of",
    "invoice_for",
    "invoice_roles_for",
    "invoice_scopes_of",
    "is_allowed",
    "require",
    "require_invoice_of",
    "require_operator",
    "roles_of",
    "scope_for",
    "sees_list_prices",
    "subscriptions_of",
    "who_may",
]

Part = TypeVar("Part", InvoiceSection, Customer, Department)
Answer = TypeVar("Answer")
NamedPart = InvoiceSection | Customer | Department | EnrollmentAccount

_MOST_ANSWERS = 200  # about one tree
LIST_PRICES = "list"  # the price sheet by which a partner's customer sees what was used


class NotFound(UnableTo):
    """There is no such thing, or none that this person may know of."""


class Refused(UnableTo):
    """The person has a relation to the thing, but may not do this; `refusal` holds rule, helpful role and givers.

    `said`: other words for it, where they say what the person may do instead.
    """

    def __init__(self, refusal: decision.Refused, said: Phrase | None = None) -> None:
        self.refusal = refusal
        super().__init__(said or refusal.phrase)


def scope_for(person: Person, scope: Scope, action: Action) -> InvoiceScope:
    """The invoice scope that holds this subscription, section, department and so on, if the person may do this there.

    Someone who may do it on a part of an invoice scope only (by a role on a section, an enrollment account, a
    subscription …) is given that part: what is others' is left out. Amounts of a part follow from the whole, because
    price tiers count the whole: rate `records.agreements.invoice_scope(scope)` and show the part. Whoever sees cost at
    list prices only is given an account with that price sheet.
    Raises `NotFound` or `Refused`. Ten queries at most.
    """
    asker = Asker.around(person, scope)
    found = asker.view.tree.invoice_scope(scope)
    if found is None:
        raise NotFound(_nothing(scope))
    allowed = asker.require(asker.view.spot(scope), scope, action)
    if allowed.at_list_prices:
        found = replace(found, account=replace(found.account, price_sheet=LIST_PRICES))
    if scope == found.scope or asker.may(found.scope, action):
        return found
    return asker.part_of(found, action)


def history_of(person: Person, subscription: Scope, action: Action) -> History | None:
    """A subscription that stood under several accounts, with those on which the person may do this.

    What was invoiced to an account that bought it online keeps its rights: those of that account, and the roles on the
    subscription (agreements.md §5). None if it never moved, was never bought online, or if the person may do this under
    none of its accounts.
    """
    history, decisions = _history(person, subscription, action)
    return history if any(isinstance(answer, Allowed) for answer in decisions) else None


def decision_in_history(person: Person, subscription: Scope, action: Action) -> Decision:
    """The best decision under the accounts the subscription was bought online by; a refusal without names."""
    decisions = _history(person, subscription, action)[1]
    order = (Allowed, decision.Refused, decision.NotFound)
    return min(decisions, key=lambda answer: order.index(type(answer)), default=decision.NotFound())


def _history(person: Person, subscription: Scope, action: Action) -> tuple[History | None, list[Decision]]:
    if subscription.kind is not ScopeKind.SUBSCRIPTION:
        return None, []
    try:
        asker = Asker.around(person, subscription)
    except NotFound:
        return None, []
    scope, stays = asker.view.tree.own_invoice_scope(subscription), asker.view.tree.stays.get(subscription.id, ())
    spots = {stay.value.account_id: asker.view.earlier_spot(subscription, stay.value.account_id) for stay in stays}
    if scope is None or len(spots) < 2:  # noqa: PLR2004 - it always was the same account's
        return None, []
    decisions = {account: asker.decide(spot, action) for account, spot in spots.items() if spot}
    allowed = frozenset(account for account, answer in decisions.items() if isinstance(answer, Allowed))
    return History(scope, stays, allowed), list(decisions.values())


def require(person: Person, scope: Scope, action: Action) -> None:
    """Return if the person may do this on the scope, of whatever kind. Raises `NotFound` or `Refused`."""
    asker = Asker.around(person, scope)
    asker.require(asker.view.spot(scope), scope, action)


def require_operator(person: Person) -> None:
    """Nothing, for someone who runs the office; for everybody else there is no such page: `NotFound`."""
    if not (person.is_operator and person.is_active):
        raise NotFound(phrase("There is no such page."))


def is_allowed(person: Person, scope: Scope, action: Action) -> bool:
    """True if the person may do this on the scope."""
    return isinstance(decision_on(person, scope, action), Allowed)


def decision_on(person: Person, scope: Scope, action: Action) -> Decision:
    """The decision itself; a refusal without the names of those who can help."""
    asker = Asker.around(person, scope)
    return asker.decide(asker.view.spot(scope), action)


def sees_list_prices(person: Person, scope: Scope) -> bool:
    """True if the person sees cost here, but at list prices only."""
    answer = decision_on(person, scope, Action.SEE_CHARGES)
    return isinstance(answer, Allowed) and answer.at_list_prices


def who_may(scope: Scope, action: Action) -> list[Person]:
    """Everyone who may do this on the scope, looking from their own directory, in order of address."""
    view = View.around([scope])
    spot = view.spot(scope)
    if spot is None:
        return []
    held: dict[Person, dict[Scope, set[Role]]] = {}
    for one in holdings_on(spot.above):
        held.setdefault(one.person, {}).setdefault(one.scope, set()).add(one.role)
    return [person for person, roles in held.items() if isinstance(decide_at(spot, action, roles, person), Allowed)]


def invoice_for(person: Person, number: str, action: Action) -> InvoiceRecord:
    """The issued invoice with this number, if the person may do this with it. Raises `NotFound` or `Refused`.

    The invoice of a subscription stays with the account under which it was issued, also after the subscription moved.
    """
    invoice = InvoiceRecord.objects.filter(number=number).defer("facts").first() if number.isprintable() else None
    if invoice is None:
        raise NotFound(_no_invoice(number))
    scope = Scope(ScopeKind(invoice.scope_kind), invoice.scope_key)
    asker = Asker.around(person, scope, Scope(ScopeKind.BILLING_ACCOUNT, invoice.account_key))
    spot = invoice_spot(asker.view, scope, invoice.account_key, invoice.period_start, invoice.kind)
    try:
        asker.require(spot, scope, action)
    except NotFound:
        raise NotFound(_no_invoice(number)) from None
    return invoice


def invoice_roles_for(person: Person, number: str) -> InvoiceRecord:
    """The issued invoice with this number, if the person may see who holds roles where it stands.

    Raises `NotFound` or `Refused`.
    """
    invoice = InvoiceRecord.objects.filter(number=number).defer("facts").first() if number.isprintable() else None
    if invoice is None:
        raise NotFound(_no_invoice(number))
    scope = Scope(ScopeKind(invoice.scope_kind), invoice.scope_key)
    asker = Asker.around(person, scope, Scope(ScopeKind.BILLING_ACCOUNT, invoice.account_key))
    spot = invoice_spot(asker.view, scope, invoice.account_key, invoice.period_start, invoice.kind)
    action = action_to_see(spot.place.matrix, Level(scope.kind)) if spot else None
    try:
        asker.require(spot, scope, action or Action.SEE_INVOICES)
    except NotFound:
        raise NotFound(_no_invoice(number)) from None
    return invoice


def require_invoice_of(  # noqa: PLR0913, PLR0917 - what decides about an invoice
    person: Person, scope: Scope, account_id: str, period_start: date, kind: InvoiceKind, action: Action
) -> None:
    """Return if the person may do this with an invoice of this account, period and kind, whether or not there is one.

    Raises `NotFound` or `Refused`.
    """
    asker = Asker.around(person, scope, Scope(ScopeKind.BILLING_ACCOUNT, account_id))
    asker.require(invoice_spot(asker.view, scope, account_id, period_start, kind), scope, action)


def closed_invoices(
    person: Person, scope: InvoiceScope, invoices: Iterable[IssuedInvoice], *actions: Action
) -> tuple[Mapping[str, Phrase], ...]:
    """For each of the actions, those invoices of the scope that are closed to it: by number, with the rule of it."""
    asker, invoices = Asker.around(person, scope.scope, Scope(ScopeKind.BILLING_ACCOUNT, scope.account.id)), [*invoices]
    return tuple(
        {one.number: rule for one in invoices if (rule := asker.why_closed(one, action))} for action in actions
    )


def subscriptions_of(
    person: Person, action: Action = Action.SEE_SUBSCRIPTION, *, at_agreed_prices: bool = False
) -> list[PlacedSubscription]:
    """See `Everything.subscriptions`."""
    return everything_of(person).subscriptions(action, at_agreed_prices=at_agreed_prices)


def invoice_scopes_of(person: Person, action: Action = Action.SEE_INVOICES) -> list[InvoiceScope]:
    """See `Everything.invoice_scopes`."""
    return everything_of(person).invoice_scopes(action)


def everything_of(person: Person) -> Everything:
    """What the person holds and the agreements around it, read once; for a page that lists several kinds of things."""
    return Everything(Asker.of_all(person))


@dataclass(frozen=True)
class Everything:
    """All that is open to a person, each list in order of id."""

    _asker: Asker

    @property
    def asker(self) -> Asker:
        """The person with the agreements around everything they have a role on."""
        return self._asker

    def subscriptions(
        self, action: Action = Action.SEE_SUBSCRIPTION, *, at_agreed_prices: bool = False
    ) -> list[PlacedSubscription]:
        """Every subscription on which the person may do this, with everything above it.

        `at_agreed_prices`: without those whose cost the person sees at list prices only.
        """
        return list(
            self.once(
                ("subscriptions", action, at_agreed_prices),
                lambda: self._subscriptions(action, at_agreed_prices=at_agreed_prices),
            )
        )

    def _subscriptions(self, action: Action, *, at_agreed_prices: bool) -> list[PlacedSubscription]:
        """Subscriptions that stand in the same place, and of which nothing is held or set, are decided about once."""
        decided: dict[Hashable, bool] = {}
        found = []
        for place in self._asker.view.tree.places():
            alike = self._asker.alike(place)
            if alike not in decided:
                decided[alike] = self.may(place.scope, action, at_agreed_prices=at_agreed_prices)
            if decided[alike]:
                found.append(place)
        return found

    def may(self, scope: Scope, action: Action, *, at_agreed_prices: bool = False) -> bool:
        """True if the person may do this there; `at_agreed_prices`: and sees its cost not at list prices alone."""
        answer = self._asker.decide(self._asker.view.spot(scope), action)
        return isinstance(answer, Allowed) and not (at_agreed_prices and answer.at_list_prices)

    def once(self, question: Hashable, work_out: Callable[[], Answer]) -> Answer:
        """What is worked out of this and of nothing but what the question names, once in a process.

        It is forgotten as soon as an agreement, what the person holds, or a policy that decides about it changes.
        Nobody may change what is given.
        """
        key = (question, self._asker.standing)
        answers = self._asker.view.tree.answers
        known: tuple[Answer] | None = answers.get(key)  # another thread may clear them at any moment
        if known is None:
            known = (work_out(),)
            if len(answers) >= _MOST_ANSWERS:
                answers.clear()
            answers[key] = known
        return known[0]

    def why_not(self, scope: Scope, action: Action) -> decision.Refused | None:
        """Why this is closed to the person, without the names of those who can help; None if it is open."""
        answer = self._asker.decide(self._asker.view.spot(scope), action)
        return answer if isinstance(answer, decision.Refused) else None

    def why_closed(self, invoice: IssuedInvoice) -> Phrase | None:
        """The rule by which the person may not see this invoice; None if they may."""
        return self._asker.why_closed(invoice, Action.SEE_INVOICES)

    def invoice_scopes(self, action: Action = Action.SEE_INVOICES) -> list[InvoiceScope]:
        """Every MOSP subscription, billing profile and enrollment on which the person may do this."""
        return list(
            self.once(
                ("invoice scopes", action),
                lambda: [
                    scope
                    for scope in self._asker.view.tree.invoice_scopes()
                    if _is_current(self._asker.view, scope) and self._asker.may(scope.scope, action)
                ],
            )
        )

    def parts(self, kind: ScopeKind, action: Action = Action.SEE_CHARGES) -> list[tuple[InvoiceScope, NamedPart]]:
        """Every part of this kind on which the person may do this, each with what it is invoiced in.

        `kind`: invoice section, customer, department or enrollment account.
        """
        return [
            (scope, part)
            for scope in self._asker.view.tree.invoice_scopes()
            for part in _parts(scope, kind)
            if self._asker.may(Scope(kind, part.id), action)
        ]


def _parts(scope: InvoiceScope, kind: ScopeKind) -> Sequence[NamedPart]:
    parts: Mapping[ScopeKind, Sequence[NamedPart]] = {
        ScopeKind.INVOICE_SECTION: scope.sections,
        ScopeKind.CUSTOMER: scope.customers,
        ScopeKind.DEPARTMENT: scope.departments,
        ScopeKind.ENROLLMENT_ACCOUNT: scope.enrollment_accounts,
    }
    return parts[kind]


def _is_current(view: View, scope: InvoiceScope) -> bool:
    """False of a subscription that is invoiced elsewhere since it moved."""
    place = view.tree.place(scope.scope.id) if scope.scope.kind is ScopeKind.SUBSCRIPTION else None
    return place is None or place.invoice_scope == scope.scope


def _no_invoice(number: str) -> Phrase:
    return phrase("There is no invoice {number} that you could see.", number=number)


def _nothing(scope: Scope) -> Phrase:
    return phrase("There is no {id} here that you could see.", id=scope.id)


@dataclass(frozen=True)
class Asker:
    """A person, what they hold, and the agreements around some scopes; for questions of several actions at once."""

    person: Person
    held: HeldOn
    view: View

    @classmethod
    def around(cls, person: Person, *scopes: Scope) -> Asker:
        """With the agreements around these scopes."""
        for scope in scopes:
            if not scope.id.isprintable():  # what no id holds, and what not every database can be asked for
                raise NotFound(_nothing(scope))
        return cls(person, roles_of(person), View.around(scopes))

    @cached_property
    def standing(self) -> Hashable:
        """All that decides beside the agreements: what is held, from where the person looks, and policies."""
        held = frozenset((scope, frozenset(roles)) for scope, roles in self.held.items())
        policies = frozenset((scope, frozenset(found.items())) for scope, found in self.view.policies.items() if found)
        return held, self.person.current_directory, self.person.is_active, policies

    def alike(self, place: PlacedSubscription) -> Hashable:
        """The same for subscriptions about which every decision is the same."""
        parent = place.section or place.customer or place.enrollment_account
        own = self.held.get(place.scope) or self.view.policies.get(place.scope)
        return (
            place.account.id,
            parent.id if parent else "",
            place.subscription.management_group_id,
            place.subscription.offer.kind,
            place.scope.id if own else "",
        )

    @classmethod
    def of_all(cls, person: Person) -> Asker:
        """With the agreements around everything the person has a role on."""
        held = roles_of(person)
        return cls(person, held, View.around(held))

    def decide(self, spot: Spot | None, action: Action) -> Decision:
        """The decision, without names."""
        return decide_at(spot, action, self.held, self.person)

    def may(self, scope: Scope, action: Action) -> bool:
        """True if the person may do this on the scope."""
        return isinstance(self.decide(self.view.spot(scope), action), Allowed)

    def why_closed(self, invoice: IssuedInvoice, action: Action) -> Phrase | None:
        """The rule by which the person may not do this with the invoice; None if they may."""
        spot = invoice_spot(self.view, invoice.scope, invoice.account_id, invoice.period.start, invoice.kind)
        match self.decide(spot, action):
            case Allowed():
                return None
            case decision.Refused(rule=rule):
                return rule
            case _:
                return _no_invoice(invoice.number)

    def require(self, spot: Spot | None, scope: Scope, action: Action) -> Allowed:
        """The permission; raises `NotFound` or `Refused` if there is none."""
        match self.decide(spot, action):
            case Allowed() as allowed:
                return allowed
            case decision.Refused() as refusal:
                raise Refused(refusal.naming(_givers(refusal, spot.above if spot else ())))
            case _:
                raise NotFound(_nothing(scope))

    def part_of(self, whole: InvoiceScope, action: Action) -> InvoiceScope:
        """The invoice scope with those subscriptions alone on which the person may do this, and what they stand in."""
        subscriptions = tuple(
            each for each in whole.subscriptions if self.may(Scope(ScopeKind.SUBSCRIPTION, each.id), action)
        )
        owners = {each.enrollment_account_id for each in subscriptions}
        accounts = tuple(each for each in whole.enrollment_accounts if each.id in owners)
        departments = {each.department_id for each in accounts}
        return replace(
            whole,
            subscriptions=subscriptions,
            sections=_those(whole.sections, {each.section_id for each in subscriptions}),
            customers=_those(whole.customers, {each.customer_id for each in subscriptions}),
            enrollment_accounts=accounts,
            departments=_those(whole.departments, departments),
        )


def _those(values: Iterable[Part], ids: Collection[str]) -> tuple[Part, ...]:
    return tuple(each for each in values if each.id in ids)


def _givers(refusal: decision.Refused, above: Collection[Scope]) -> list[str]:
    """Names of people who hold a giving role here or above; who has no name is left out, and no address is told."""
    if not refusal.giver_roles:
        return []
    holders = [one.person for one in holdings_on(above) if one.role in refusal.giver_roles]
    return [person.name for person in holders if person.name and person.kind == "person"]
