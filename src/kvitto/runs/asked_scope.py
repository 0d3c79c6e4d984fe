"""What a person means by the name of something that has invoices, and what binds them to it.

A name is the id of a subscription, billing profile, invoice section, department, enrollment account, customer or
billing account; a name by which usage calls a subscription; or its name on invoices. Of several things with one name,
the first that binds the person is meant, in this order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kvitto.access.actions import Action
from kvitto.access.answers import Allowed, NotFound, Refused
from kvitto.agreements.hierarchy import BillingAccount, InvoiceScope, Scope, ScopeKind
from kvitto.agreements.tree import Tree
from kvitto.errors import UnableTo
from kvitto.invoicing.absence import Relation
from kvitto.language import phrase
from kvitto.records import gate
from kvitto.records.agreements import subscription_names, tree_around
from kvitto.records.models import Person

_KINDS = (
    ScopeKind.SUBSCRIPTION, ScopeKind.BILLING_PROFILE, ScopeKind.INVOICE_SECTION, ScopeKind.DEPARTMENT,
    ScopeKind.ENROLLMENT_ACCOUNT, ScopeKind.CUSTOMER, ScopeKind.BILLING_ACCOUNT,
)  # fmt: skip


class UnableToFindScope(UnableTo):
    """Nothing is called so, or several things are."""


@dataclass(frozen=True)
class Asked:
    """What was asked for; `scope` is None for a stranger. `directory`: the one to switch to, of a role held there."""

    relation: Relation
    scope: Scope | None = None
    directory: str = ""


def scope_called(name: str) -> Scope:
    """What the office's operator means. Raises `UnableToFindScope`."""
    found = _called(name)[1]
    subscriptions = [scope for scope in found if scope.kind is ScopeKind.SUBSCRIPTION and scope.id != name]
    if len(subscriptions) > 1 and found == subscriptions:
        ids = sorted(scope.id for scope in subscriptions)
        raise UnableToFindScope(
            phrase("Several subscriptions are called {name}: {ids}. Say which by its id.", name=name, ids=ids)
        )
    if not found:
        raise UnableToFindScope(
            phrase(
                "There is no subscription with the id or name {name}, and nothing else that has invoices.", name=name
            )
        )
    return found[0]


def asked_scope(person: Person, name: str) -> Asked:
    """What the person means, as far as they may know of it; a stranger learns nothing."""
    tree, found = _called(name)
    answers = [(scope, _decision(person, scope)) for scope in found]
    for scope, answer in answers:
        if not isinstance(answer, NotFound):
            return Asked(Relation.ROLE, scope)
    for scope, answer in answers:
        account = tree.account_of(scope)
        is_elsewhere = isinstance(answer, NotFound) and answer.in_other_directory
        if is_elsewhere and account and account.directory in {person.directory, *person.directories}:
            return Asked(Relation.ROLE_ELSEWHERE, directory=account.directory)  # where they see it anyway
    if any(person.email in _addresses(tree.account_of(scope), tree.invoice_scope(scope)) for scope in found):
        return Asked(Relation.NAMED)
    return Asked(Relation.NONE)


def charged_scope(person: Person, name: str) -> Scope | None:
    """The same of what somebody wants to see the charges of; None for a stranger."""
    answers = ((scope, gate.decision_on(person, scope, Action.SEE_CHARGES)) for scope in _called(name)[1])
    return next((scope for scope, answer in answers if not isinstance(answer, NotFound)), None)


def _decision(person: Person, scope: Scope) -> Allowed | Refused | NotFound:
    now = gate.decision_on(person, scope, Action.SEE_INVOICES)
    return now if not isinstance(now, NotFound) else _better(now, person, scope)


def _better(now: NotFound, person: Person, scope: Scope) -> Allowed | Refused | NotFound:
    before = gate.decision_in_history(person, scope, Action.SEE_INVOICES)
    return now if isinstance(before, NotFound) else before


def _called(name: str) -> tuple[Tree, list[Scope]]:
    """Everything that is called so, and the agreements around it."""
    if not name.isprintable():  # what no id holds, and what not every database can be asked for
        return Tree(), []
    names = subscription_names()
    by_usage = [names[name].id] if name in names else []
    by_invoice = sorted({one.id for one in names.values() if one.name == name})
    wanted = [Scope(ScopeKind.SUBSCRIPTION, key) for key in (*by_usage, *by_invoice)]
    wanted = list(dict.fromkeys((*wanted, *(Scope(kind, name) for kind in _KINDS))))
    tree = tree_around(wanted)
    return tree, [scope for scope in wanted if tree.lineage(scope)]


def _addresses(account: BillingAccount | None, scope: InvoiceScope | None) -> Iterator[str]:
    """The addresses that the agreement names for its invoices."""
    if account:
        yield account.administrator.lower()
        yield account.sold_to.email.lower()
    if scope:
        yield scope.bill_to.email.lower()
