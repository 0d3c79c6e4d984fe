"""A place where roles are held: loaded and permitted in one step, for whoever wants to see or change who holds them."""

from __future__ import annotations

from dataclasses import dataclass

from kvitto.access import decision
from kvitto.access.decision import Allowed
from kvitto.access.giving import action_to_give, action_to_see
from kvitto.access.roles import ROLES, Level, Role, roles_held_on
from kvitto.agreements.declaration.fitting import fitting_roles
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.language import Phrase, phrase
from kvitto.records import gate
from kvitto.records.access_view import Spot, View
from kvitto.records.gate import Action, Asker
from kvitto.records.held_roles import roles_of
from kvitto.records.models import Person
from kvitto.records.scope_path import value_of


@dataclass(frozen=True)
class RolePlace:
    """A scope on which roles are held, as one person sees it; `asker` is None for the office's operator."""

    scope: Scope
    spot: Spot
    view: View
    asker: Asker | None

    @property
    def name(self) -> str:
        """What the scope is called."""
        return self.name_of(self.scope)

    @property
    def directory(self) -> str:
        """The directory from which roles held here work; empty: from any."""
        customer = self.spot.customer
        is_resource = self.scope.kind in {ScopeKind.SUBSCRIPTION, ScopeKind.MANAGEMENT_GROUP}
        return (customer.directory if customer and is_resource else "") or self.spot.bound_to

    def name_of(self, scope: Scope) -> str:
        """What the scope, or one above it, is called."""
        return str(value_of(self.view, scope).name)  # type: ignore[union-attr]

    def may(self, action: Action) -> bool:
        """True if the person may do this here; the operator may."""
        if self.asker is None:
            return True
        return isinstance(self.asker.decide(self.spot, action), Allowed)

    @property
    def roles_here(self) -> tuple[Role, ...]:
        """The roles that can be held on exactly this scope."""
        kind, account = self.scope.kind, self.spot.account
        if kind is ScopeKind.ENROLLMENT_ACCOUNT:
            return (Role.ACCOUNT_OWNER,)
        fitting = fitting_roles(account, kind) if account else roles_held_on(kind)
        return tuple(role for role in fitting if role in self.spot.place.matrix.roles)

    @property
    def given_here(self) -> tuple[Role, ...]:
        """Those of them that the person may give and withdraw."""
        return tuple(role for role in self.roles_here if self.may_give(role))

    def may_give(self, role: Role) -> bool:
        """True if the person may give and withdraw this role here."""
        action = self.action_to_give(role)
        return self.asker is None if action is None else self.may(action)

    def action_to_give(self, role: Role) -> Action | None:
        """By what the role is given here; None where only the office does."""
        return action_to_give(self.spot.place.matrix, Level(self.scope.kind), role)

    @property
    def seen_above(self) -> tuple[Scope, ...]:
        """What stands above and holds roles that reach here, as far as the person may see who holds them."""
        matrix = self.spot.place.matrix
        return tuple(
            scope
            for scope in self.spot.above
            if scope != self.scope and (action := action_to_see(matrix, Level(scope.kind))) and self.may(action)
        )

    @property
    def hidden_above(self) -> tuple[Scope, ...]:
        """What stands above and holds roles that reach here, but not for this person's eyes."""
        seen = self.seen_above
        levels = {level for role in self.spot.place.matrix.roles for level in (ROLES[role].level, *ROLES[role].also_on)}
        return tuple(
            scope
            for scope in self.spot.above
            if scope != self.scope and scope not in seen and Level(scope.kind) in levels
        )


def place_to_see(person: Person, scope: Scope) -> RolePlace:
    """The place, if the person may see who holds roles there. Raises `gate.NotFound` or `gate.Refused`."""
    place = place_of(person, scope)
    action = action_to_see(place.spot.place.matrix, Level(scope.kind))
    if action is None:
        raise gate.NotFound(_nothing(scope))
    assert place.asker  # noqa: S101 - a person asks
    place.asker.require(place.spot, scope, action)
    return place


def place_to_give(person: Person | None, scope: Scope, role: Role) -> RolePlace:
    """The place, if the person may give this role there; None is the operator, who may.

    Raises `gate.NotFound` or `gate.Refused`; a role that cannot be held there is for the caller to find.
    """
    place = place_of(person, scope)
    if place.asker and role in place.roles_here:
        action = place.action_to_give(role)
        if action is None:  # the office gives it: refused to everybody who may know of the place
            place.asker.require(place.spot, scope, Action.SEE_SUBSCRIPTION)
            raise gate.Refused(decision.Refused(_BY_OFFICE, None, ()))
        place.asker.require(place.spot, scope, action)
    return place


def place_of(person: Person | None, scope: Scope) -> RolePlace:
    """The place, if the person has any relation to it. Raises `gate.NotFound`."""
    if not scope.id.isprintable():
        raise gate.NotFound(_nothing(scope))
    view = View.above([scope])
    spot = view.spot(scope)
    if spot is None:
        raise gate.NotFound(_nothing(scope))
    if person is None:
        return RolePlace(scope, spot, view, None)
    asker = Asker(person, roles_of(person), view)
    if isinstance(asker.decide(spot, Action.SEE_SUBSCRIPTION), decision.NotFound):
        raise gate.NotFound(_nothing(scope))
    return RolePlace(scope, spot, view, asker)


_BY_OFFICE = phrase("The office that sends the invoices gives this role.")


def _nothing(scope: Scope) -> Phrase:
    return phrase("There is no {id} here that you could see.", id=scope.id)
