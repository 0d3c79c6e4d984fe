"""A scope with all that stands above it, and what a person may do on each of them; read once, upwards only.

For menus and heads of pages, and for pages that show one scope: `open_scope` loads and permits in one step, as the
gate does, and gives the same answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kvitto.access.actions import Action
from kvitto.access.decision import Allowed, Decision, NotFound
from kvitto.agreements.facts import Agreed
from kvitto.agreements.hierarchy import AgreementType, BillingAccount, Scope, ScopeKind
from kvitto.language import phrase
from kvitto.records import gate
from kvitto.records.access_view import HeldOn, View, decide_at
from kvitto.records.held_roles import roles_of
from kvitto.records.models import Person


@dataclass(frozen=True)
class Doors:
    """What a person holds, and the agreements from some scopes upwards: answers for these scopes."""

    person: Person
    held: HeldOn
    view: View

    def decide(self, scope: Scope, action: Action) -> Decision:
        """The decision, without the names of those who can help."""
        return decide_at(self.view.spot(scope), action, self.held, self.person)

    def may(self, scope: Scope, action: Action) -> bool:
        """True if the person may do this on the scope."""
        return isinstance(self.decide(scope, action), Allowed)

    def path(self, scope: Scope) -> ScopePath | None:
        """The scope with all above it; None if it is not here."""
        lineage = self.view.tree.lineage(scope)
        return ScopePath(self, lineage) if lineage else None


@dataclass(frozen=True)
class ScopePath:
    """A scope and all above it as billing sees it, lowest first."""

    doors: Doors
    lineage: tuple[Scope, ...]

    @property
    def scope(self) -> Scope:
        """The scope itself."""
        return self.lineage[0]

    @property
    def account(self) -> BillingAccount:
        """The billing account at the top."""
        return self.doors.view.tree.accounts[self.lineage[-1].id]

    @property
    def agreement(self) -> AgreementType:
        """The form of agreement."""
        return self.account.agreement

    @property
    def value(self) -> Agreed:
        """What is agreed about the scope itself."""
        return value_of(self.doors.view, self.scope)

    @property
    def is_related(self) -> bool:
        """True if the person holds any role that counts here."""
        return not isinstance(self.doors.decide(self.scope, Action.SEE_SUBSCRIPTION), NotFound)

    def may(self, action: Action, scope: Scope | None = None) -> bool:
        """True if the person may do this here, or on what stands above."""
        return self.doors.may(scope or self.scope, action)


def value_of(view: View, scope: Scope) -> Agreed:
    """What is agreed about a scope of the view; KeyError if it is not there."""
    tree = view.tree
    values = {
        ScopeKind.BILLING_ACCOUNT: tree.accounts,
        ScopeKind.BILLING_PROFILE: tree.profiles,
        ScopeKind.INVOICE_SECTION: tree.sections,
        ScopeKind.DEPARTMENT: tree.departments,
        ScopeKind.ENROLLMENT_ACCOUNT: tree.enrollment_accounts,
        ScopeKind.CUSTOMER: tree.customers,
        ScopeKind.MANAGEMENT_GROUP: tree.management_groups,
        ScopeKind.SUBSCRIPTION: tree.subscriptions,
    }
    found: Agreed = values[scope.kind][scope.id]  # type: ignore[index]
    return found


def doors_of(person: Person, scopes: Iterable[Scope], held: HeldOn | None = None) -> Doors:
    """What the person may do on these scopes and above them; seven queries at most, however many they are."""
    printable = [scope for scope in scopes if scope.id.isprintable()]  # no id holds anything else
    return Doors(person, roles_of(person) if held is None else held, View.above(printable))


def path_to(person: Person, scope: Scope, held: HeldOn | None = None) -> ScopePath | None:
    """The scope with all above it; None if there is none."""
    return doors_of(person, [scope], held).path(scope)


def open_scope(person: Person, scope: Scope, action: Action) -> ScopePath:
    """The scope with all above it, if the person may do this on it. Raises `gate.NotFound` or `gate.Refused`."""
    path = path_to(person, scope)
    if path is None or not path.is_related:
        raise gate.NotFound(phrase("There is no {id} here that you could see.", id=scope.id))
    if not path.may(action):
        gate.require(person, scope, action)  # says whom to ask
    return path
