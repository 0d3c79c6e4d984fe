"""The gate: load a thing and permit it, in one step, for every door. No door loads without it.

Whoever has no relation to a thing learns nothing about it: an id of somebody else and an id that never existed give the
same `NotFound`. Lists hold exactly what single questions would open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from kvitto.access import decision
from kvitto.access.actions import Action
from kvitto.access.decision import Allowed, Decision, Held, Place, decide
from kvitto.access.matrices import MCA, MOSP
from kvitto.access.roles import ROLES, Level, Role
from kvitto.agreements.hierarchy import AgreementType, InvoiceScope, Scope, ScopeKind
from kvitto.agreements.tree import PlacedSubscription, Tree
from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase
from kvitto.records.agreements import tree_around
from kvitto.records.models import InvoiceRecord, Person, RoleAssignment

__all__ = ["Action", "NotFound", "Refused", "invoice_for", "invoice_scopes_of", "scope_for", "subscriptions_of"]

_MATRICES = {AgreementType.MOSP: MOSP, AgreementType.MCA: MCA}


class NotFound(UnableTo):
    """There is no such thing, or none that this person may know of."""


class Refused(UnableTo):
    """The person has a relation to the thing, but may not do this; `refusal` holds rule, helpful role and givers."""

    def __init__(self, refusal: decision.Refused) -> None:
        self.refusal = refusal
        super().__init__(refusal.phrase)


def scope_for(person: Person, scope: Scope, action: Action) -> InvoiceScope:
    """The invoice scope that holds this subscription, section or profile, if the person may do this there.

    Someone who may do it on a part of a billing profile only (by a role on a section or a subscription) is given that
    part: sections and subscriptions of others are left out. Amounts of a part follow from the whole, because price
    tiers count the whole profile: rate `records.agreements.invoice_scope(scope)` and show the part.
    Raises `NotFound` or `Refused`. Eight queries at most.
    """
    view = _View.around(person, scope)
    found = view.tree.invoice_scope(scope)
    if found is None:
        raise NotFound(phrase("There is no {id} here that you could see.", id=scope.id))
    view.require(scope, action)
    if scope == found.scope or isinstance(view.decide(found.scope, action), Allowed):
        return found
    return view.part_of(found, action)


def invoice_for(person: Person, number: str, action: Action) -> InvoiceRecord:
    """The issued invoice with this number, if the person may do this with it. Raises `NotFound` or `Refused`."""
    invoice = InvoiceRecord.objects.filter(number=number).first()
    if invoice is None:
        raise NotFound(_no_invoice(number))
    scope = Scope(ScopeKind(invoice.scope_kind), invoice.scope_key)
    try:
        _View.around(person, scope).require(scope, action)
    except NotFound:
        raise NotFound(_no_invoice(number)) from None
    return invoice


def subscriptions_of(person: Person, action: Action = Action.SEE_SUBSCRIPTION) -> list[PlacedSubscription]:
    """Every subscription on which the person may do this, with everything above it, in order of id."""
    view = _View.of_all(person)
    return [place for place in view.tree.places() if isinstance(view.decide(place.scope, action), Allowed)]


def invoice_scopes_of(person: Person, action: Action = Action.SEE_INVOICES) -> list[InvoiceScope]:
    """Every MOSP subscription and billing profile on which the person may do this, each kind in order of id."""
    view = _View.of_all(person)
    return [scope for scope in view.tree.invoice_scopes() if isinstance(view.decide(scope.scope, action), Allowed)]


def _no_invoice(number: str) -> Phrase:
    return phrase("There is no invoice {number} that you could see.", number=number)


@dataclass
class _View:
    """What one person holds, and the agreements around some scopes."""

    held: dict[Scope, set[Role]]
    tree: Tree

    @classmethod
    def around(cls, person: Person, scope: Scope) -> _View:
        """With the agreements around one scope."""
        return cls(_roles_of(person), tree_around([scope]))

    @classmethod
    def of_all(cls, person: Person) -> _View:
        """With the agreements around everything the person has a role on."""
        held = _roles_of(person)
        return cls(held, tree_around(held))

    def decide(self, scope: Scope, action: Action) -> Decision:
        """The decision, without names."""
        lineage = self.tree.lineage(scope)
        account = self.tree.account_of(scope)
        if not account:
            return decision.NotFound()
        held = {role for above in lineage for role in self.held.get(above, ())}
        here = Place(_MATRICES[account.agreement], Level(scope.kind))
        return decide(action, {Held(role, ROLES[role].level) for role in held}, here)

    def require(self, scope: Scope, action: Action) -> None:
        """Return if the person may; raise `NotFound` or `Refused` if not."""
        match self.decide(scope, action):
            case Allowed():
                return
            case decision.Refused() as refusal:
                raise Refused(refusal.naming(_givers(refusal, self.tree.lineage(scope))))
            case _:
                raise NotFound(phrase("There is no {id} here that you could see.", id=scope.id))

    def part_of(self, whole: InvoiceScope, action: Action) -> InvoiceScope:
        """The invoice scope with those subscriptions alone on which the person may do this, and their sections."""
        subscriptions = tuple(
            each
            for each in whole.subscriptions
            if isinstance(self.decide(Scope(ScopeKind.SUBSCRIPTION, each.id), action), Allowed)
        )
        shown = {each.section_id for each in subscriptions}
        sections = tuple(section for section in whole.sections if section.id in shown)
        return replace(whole, sections=sections, subscriptions=subscriptions)


def _roles_of(person: Person) -> dict[Scope, set[Role]]:
    held: dict[Scope, set[Role]] = defaultdict(set)
    if person.is_active:
        rows = RoleAssignment.objects.filter(person=person, superseded_in=None, valid_to=None)
        for role, kind, key in rows.values_list("role", "scope_kind", "scope_key"):
            held[Scope(ScopeKind(kind), key)].add(Role(role))
    return held


def _givers(refusal: decision.Refused, lineage: Iterable[Scope]) -> list[str]:
    """Names of those who hold a giving role here or above; people without a name are left out, addresses never told."""
    scopes = set(lineage)
    rows = RoleAssignment.objects.filter(
        role__in=refusal.giver_roles,
        scope_key__in={scope.id for scope in scopes},
        superseded_in=None,
        valid_to=None,
        person__is_active=True,
    ).values_list("person__name", "scope_kind", "scope_key")
    return [name for name, kind, key in rows if name and Scope(ScopeKind(kind), key) in scopes]
