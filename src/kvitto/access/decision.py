"""The one function that answers whether a person may do something here, and if not, why, and who can help."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kvitto.access.matrix import MCA, MOSP, Action, Cell, Matrix
from kvitto.access.roles import ROLES, Role
from kvitto.language import Phrase, phrase


@dataclass(frozen=True)
class Policies:
    """Switches that open a ◐. `invoices_shared`: *Allow others to download invoice* (roles.md §6), off unless set."""

    invoices_shared: bool = False


NO_POLICIES = Policies()


@dataclass(frozen=True)
class Allowed:
    """Yes."""


@dataclass(frozen=True)
class NotFound:
    """The person has no relation to the thing, and learns nothing about it, not even whether it exists."""


@dataclass(frozen=True)
class Refused:
    """No, and why. `givers` are names of people who can help; empty until someone who knows names fills them in."""

    rule: Phrase
    helpful_role: Role
    giver_roles: tuple[Role, ...]
    givers: tuple[str, ...] = ()

    @property
    def phrase(self) -> Phrase:
        """The rule, the role that would help and who can give it, as one text."""
        role = ROLES[self.helpful_role].name
        if self.helpful_role in self.giver_roles:
            help_sentence = (
                phrase("Ask {people} ({role}).", people=self.givers, role=role)
                if self.givers
                else phrase("Ask the {role}.", role=role)
            )
        elif self.givers:
            help_sentence = phrase(
                "The role “{role}” would allow it; {people} can give it.", role=role, people=self.givers
            )
        else:
            help_sentence = phrase("The role “{role}” would allow it.", role=role)
        return phrase("{rule} {help}", rule=self.rule, help=help_sentence)

    def naming(self, givers: Iterable[str]) -> Refused:
        """The same refusal with the names of those who can help, each once, in order of the alphabet."""
        return replace(self, givers=tuple(sorted(set(givers))))


Decision = Allowed | Refused | NotFound

_RULES = {
    Action.SEE_SUBSCRIPTION: phrase("Your roles here do not open the subscription."),
    Action.SEE_INVOICES: phrase("Your roles here do not open the invoices."),
    Action.SEE_CHARGES: phrase("Your roles here do not open the charges."),
    Action.DOWNLOAD_USAGE: phrase("Your roles here do not open the usage files."),
    Action.DOWNLOAD_INVOICE: phrase("Your roles here do not open invoices for download."),
}
_RULE_BELOW_PROFILE = phrase("Roles on invoice sections and subscriptions never open invoices.")
_RULE_NOT_SHARED = phrase("Others than the Account Administrator are not allowed to download invoices here.")


def decide(action: Action, held: Iterable[Role], matrix: Matrix, policies: Policies = NO_POLICIES) -> Decision:
    """Whether someone who holds these roles may do this.

    `held`: the roles on the thing itself, on everything above it and on its account; a right above holds below, and a
    right below never reaches up. `matrix`: `MOSP` or `MCA`. Roles that have no column in the matrix count as none.
    """
    counting = matrix.roles & set(held)
    if not counting:
        return NotFound()
    cells = {matrix.cells[action][role] for role in counting}
    if Cell.MAY in cells or (Cell.IF_SHARED in cells and policies.invoices_shared):
        return Allowed()
    return Refused(_rule(action, cells, matrix), _helpful_role(action, matrix, cells), matrix.giver_roles)


def _rule(action: Action, cells: set[Cell], matrix: Matrix) -> Phrase:
    if Cell.IF_SHARED in cells and action is Action.DOWNLOAD_INVOICE:
        return _RULE_NOT_SHARED
    if matrix is MCA and action in {Action.SEE_INVOICES, Action.DOWNLOAD_INVOICE}:
        return _RULE_BELOW_PROFILE
    return _RULES[action]


def _helpful_role(action: Action, matrix: Matrix, cells: set[Cell]) -> Role:
    if matrix is MOSP and Cell.IF_SHARED in cells and action is Action.DOWNLOAD_INVOICE:
        return Role.ACCOUNT_ADMINISTRATOR
    return matrix.helpful_role[action]
