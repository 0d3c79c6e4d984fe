"""The one function that answers whether a person may do something here, and if not, why, and who can help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from kvitto.access.actions import Action
from kvitto.access.answers import Allowed, NotFound, Refused
from kvitto.access.matrices import EA, MCA, MOSP, MPA
from kvitto.access.matrix import Cell
from kvitto.access.place import NO_POLICIES, Contact, Held, Place, Policies
from kvitto.access.policies import Policy
from kvitto.access.roles import ROLES, Level, Role
from kvitto.language import Phrase, phrase

__all__ = ["NO_POLICIES", "Allowed", "Decision", "Held", "NotFound", "Place", "Policies", "Refused", "decide"]

Decision = Allowed | Refused | NotFound

_DEPARTMENT_ROLES = frozenset((Role.DEPARTMENT_ADMINISTRATOR, Role.DEPARTMENT_ADMINISTRATOR_READ_ONLY))
_INVOICE = frozenset((
    Action.SEE_INVOICES, Action.DOWNLOAD_INVOICE, Action.OPEN_OLD_INVOICE, Action.OPEN_SUPPORT_INVOICE,
    Action.READ_INVOICES_BY_API,
))  # fmt: skip
_PRICED = frozenset((
    Action.SEE_CHARGES, Action.DOWNLOAD_USAGE, Action.DOWNLOAD_OPEN_USAGE, Action.SEE_PRICE_SHEET,
    Action.SEE_CONTRACT_PRICES,
))  # fmt: skip
_POLICY_OF: Mapping[Cell, Policy] = {
    Cell.IF_SHARED: Policy.INVOICES_SHARED,
    Cell.IF_DEPARTMENTS_VIEW: Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES,
    Cell.IF_ACCOUNTS_VIEW: Policy.ACCOUNT_OWNERS_VIEW_CHARGES,
    Cell.IF_CUSTOMER_VIEWS: Policy.CUSTOMER_VIEWS_CHARGES,
}

_RULES = {
    Action.SEE_SUBSCRIPTION: phrase("Your roles here do not open the subscription."),
    Action.SEE_INVOICES: phrase("Your roles here do not open the invoices."),
    Action.SEE_CHARGES: phrase("Your roles here do not open the charges."),
    Action.DOWNLOAD_USAGE: phrase("Your roles here do not open the usage files."),
    Action.DOWNLOAD_INVOICE: phrase("Your roles here do not open invoices for download."),
}
_RULE_OTHER = phrase("Your roles here do not allow that.")
_RULE_BELOW_PROFILE = phrase("Roles on invoice sections and subscriptions never open invoices.")
_RULE_OLD = phrase("Invoices of periods before December 2016 open to the Account Administrator only.")
_RULE_SUPPORT = phrase("Invoices of a support plan open to the Account Administrator only.")
_RULE_ENROLLMENT = phrase("Invoices of an enrollment open to its enterprise administrators only.")
_RULE_INDIRECT = phrase("This enrollment was bought through a partner, who receives its invoices and hands on a copy.")
_RULE_CUSTOMER = phrase("The partner you buy from receives the invoices and usage files. Ask the partner for a copy.")
_POLICY_RULES = {
    Policy.INVOICES_SHARED: phrase("Others than the Account Administrator are not allowed to download invoices here."),
    Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES: phrase(
        "The enrollment does not let department administrators view charges."
    ),
    Policy.ACCOUNT_OWNERS_VIEW_CHARGES: phrase("The enrollment does not let account owners view charges."),
    Policy.CUSTOMER_VIEWS_CHARGES: phrase("The partner you buy from does not let its customers view charges here."),
    Policy.MARKUP: phrase("The partner has not released the prices of this enrollment yet."),
}


def decide(action: Action, held: Iterable[Held], place: Place) -> Decision:
    """Whether someone who holds these roles may do this there.

    `held`: the roles on the thing itself, on everything above it and on its account; a right above holds below, and a
    right below never reaches up. Roles that have no column in the matrix, or that are held where they cannot reach the
    thing, count as none.
    """
    reaching = [one for one in held if one.role in place.matrix.roles and one.level in place.levels]
    counting = frozenset(one.role for one in reaching if one.in_directory)
    if not counting:
        return NotFound(in_other_directory=bool(reaching))
    question = _Question(_row(action, place), counting, place)
    opening = question.opening
    if not opening or question.waits_for_prices:
        return question.refusal(action)
    return Allowed(at_list_prices=opening == {Cell.IF_CUSTOMER_VIEWS})


def _row(action: Action, place: Place) -> Action:
    """The row that answers for the invoice that is asked for."""
    if action in {Action.SEE_INVOICES, Action.DOWNLOAD_INVOICE}:
        if place.invoice_is_support:
            return Action.OPEN_SUPPORT_INVOICE
        if place.invoice_is_old:
            return Action.OPEN_OLD_INVOICE
    return action


@dataclass(frozen=True)
class _Question:
    """One row of one matrix, for the roles that count."""

    action: Action
    counting: frozenset[Role]
    place: Place

    @property
    def opening(self) -> frozenset[Cell]:
        """The cells that say yes as things are set here."""
        return self._cells & _opened(self.place.policies, self.place.is_indirect, self._is_shut_out)

    @property
    def waits_for_prices(self) -> bool:
        """True of what shows prices of an indirect enrollment before the partner released them, but for the partner."""
        return (
            self.place.is_indirect
            and not self.place.policies.prices_released
            and self.action in _PRICED
            and Role.PARTNER_ADMINISTRATOR not in self.counting
        )

    def refusal(self, asked: Action) -> Refused:
        """Why not, and what would help; `asked` is what the person asked for, whichever row answered."""
        matrix = self.place.matrix
        if policy := self._closing_policy():
            setters = matrix.who_may(matrix.policies[policy]) if policy in matrix.policies else ()
            return Refused(
                _policy_rule(policy, self.place.sold_by), setters[-1] if setters else None, setters, policy=policy
            )
        if matrix is MPA and self.action in _INVOICE | _PRICED and not self._is_of_partner:
            return Refused(_customer_rule(self.place.sold_by), None, ())
        helpful = self._helpful_role()
        if helpful is Role.PARTNER_ADMINISTRATOR:  # who is one, is not for the customer to say
            return Refused(self._rule(asked), helpful, (helpful,))
        return Refused(self._rule(asked), helpful, matrix.givers_of(helpful) if helpful else ())

    @property
    def _cells(self) -> frozenset[Cell]:
        return frozenset(map(self._cell, self.counting))

    def _cell(self, role: Role) -> Cell:
        cell = self.place.matrix.cell(self.action, role)
        if cell is not Cell.IF_VIEWS_AND_OWNS:
            return cell
        if Role.OWNER not in self.counting:
            return Cell.MAY_NOT
        return Cell.IF_DEPARTMENTS_VIEW if role in _DEPARTMENT_ROLES else Cell.IF_ACCOUNTS_VIEW

    @property
    def _is_shut_out(self) -> bool:
        """Who administers a department sees cost at no level while that policy is off (roles.md §4)."""
        return bool(self.counting & _DEPARTMENT_ROLES) and not self.place.policies.departments_view_charges

    def _closing_policy(self) -> Policy | None:
        """The policy that keeps shut what a role would open."""
        if self.opening:
            return Policy.MARKUP  # the roles would do: the prices are not released
        closing = {_POLICY_OF[cell] for cell in self._cells if cell in _POLICY_OF}
        if closing and self._is_shut_out:
            return Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES
        return next((policy for policy in Policy if policy in closing), None)

    @property
    def _is_of_partner(self) -> bool:
        return any(ROLES[role].level is Level.ACCOUNT for role in self.counting)

    def _helpful_role(self) -> Role | None:
        """The least role that would open it as things are set here."""
        for role in self.place.matrix.helpers:
            alone = replace(self, counting=frozenset((role,)))
            if ROLES[role].level in self.place.levels and alone.opening and not alone.waits_for_prices:
                return role
        return None

    def _rule(self, asked: Action) -> Phrase:
        matrix = self.place.matrix
        if matrix is MOSP and self.action is Action.OPEN_OLD_INVOICE:
            return _RULE_OLD
        if matrix is MOSP and self.action is Action.OPEN_SUPPORT_INVOICE:
            return _RULE_SUPPORT
        if matrix is MCA and self.action in _INVOICE:
            return _RULE_BELOW_PROFILE
        if matrix is EA and self.action in _INVOICE:
            return _RULE_INDIRECT if self.place.is_indirect else _RULE_ENROLLMENT
        return _RULES.get(asked, _RULE_OTHER)


def _customer_rule(partner: Contact | None) -> Phrase:
    """That the partner has the invoices and usage files; by name, with the address, as far as they are recorded."""
    if partner is None:
        return _RULE_CUSTOMER
    if partner.email:
        return phrase(
            "You buy from {partner}, who receives the invoices and usage files. Ask {partner} for a copy: {address}.",
            partner=partner.name, address=partner.email,
        )  # fmt: skip
    return phrase(
        "You buy from {partner}, who receives the invoices and usage files. Ask {partner} for a copy.",
        partner=partner.name,
    )


def _policy_rule(policy: Policy, partner: Contact | None) -> Phrase:
    if policy is not Policy.CUSTOMER_VIEWS_CHARGES or partner is None:
        return _POLICY_RULES[policy]
    if partner.email:
        return phrase(
            "You buy from {partner}, who does not let you view charges here. Ask {partner} to allow it: {address}.",
            partner=partner.name, address=partner.email,
        )  # fmt: skip
    return phrase(
        "You buy from {partner}, who does not let you view charges here. Ask {partner} to allow it.",
        partner=partner.name,
    )


@cache
def _opened(policies: Policies, is_indirect: bool, is_shut_out: bool) -> frozenset[Cell]:  # noqa: FBT001 - hashed
    """The cells that say yes as things are set."""
    conditions = {
        Cell.MAY: True,
        Cell.IF_DIRECT: not is_indirect,
        Cell.IF_SHARED: policies.invoices_shared,
        Cell.IF_DEPARTMENTS_VIEW: policies.departments_view_charges,
        Cell.IF_ACCOUNTS_VIEW: policies.accounts_view_charges and not is_shut_out,
        Cell.IF_CUSTOMER_VIEWS: policies.customer_views_charges,
    }
    return frozenset(cell for cell, holds in conditions.items() if holds)
