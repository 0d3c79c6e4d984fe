"""How a matrix is written and read: one row per action, one column per role, one mark per cell.

✔ may, ✘ may not. A ◐ with a letter may under a condition:

    ◐s  others are allowed to download invoices (MOSP subscription)
    ◐d  department administrators view charges (enrollment)
    ◐a  account owners view charges (enrollment)
    ◐c  the customer views charges (customer of a partner); at list prices
    ◐p  account owners' or department administrators' policy, and Owner of the subscription besides
    ◐i  the enrollment is a direct one: under an indirect one the partner does it

A row named after a feature (`budgets`) stands for four actions; its cells say which of create, read, update and delete
are allowed (`CRUD`, `RU`, `R`), also under a condition (`CRUD◐a`), – for none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from kvitto.access.actions import FEATURES, VERBS, Action
from kvitto.access.policies import Policy
from kvitto.access.roles import ROLES, Level, Role


class Cell(StrEnum):
    """One answer of a table."""

    MAY = "✔"
    MAY_NOT = "✘"
    IF_SHARED = "◐s"
    IF_DEPARTMENTS_VIEW = "◐d"
    IF_ACCOUNTS_VIEW = "◐a"
    IF_CUSTOMER_VIEWS = "◐c"
    IF_VIEWS_AND_OWNS = "◐p"
    IF_DIRECT = "◐i"


@dataclass(frozen=True)
class Matrix:
    """One form of agreement: the roles that count in it, and the answer for each action and role.

    An action that has no row here is one that nobody may do. `gives`: by which action a role of a level is given.
    `helpers`: the roles worth advising, least powerful first. `policies`: those that can be set under it, and by which
    action.
    """

    cells: Mapping[Action, Mapping[Role, Cell]]
    gives: Mapping[Level, Action]
    helpers: tuple[Role, ...]
    policies: Mapping[Policy, Action]

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles that have a column."""
        return frozenset(self.cells[Action.SEE_SUBSCRIPTION])

    def cell(self, action: Action, role: Role) -> Cell:
        """The answer for a role that counts here."""
        return self.cells[action][role] if action in self.cells else Cell.MAY_NOT

    def givers_of(self, role: Role) -> tuple[Role, ...]:
        """The roles whose holders can give this one, or speak for it where nobody can give it."""
        action = self.gives.get(ROLES[role].level)
        return (action and self.who_may(action)) or (role,)

    def who_may(self, action: Action) -> tuple[Role, ...]:
        """The roles that may do this without any condition."""
        return self._allowed.get(action, ())

    @cached_property
    def _allowed(self) -> Mapping[Action, tuple[Role, ...]]:
        return {
            action: tuple(role for role in ROLES if row.get(role) is Cell.MAY) for action, row in self.cells.items()
        }


def read_table(columns: Mapping[str, Role], text: str) -> dict[Action, dict[Role, Cell]]:
    """The cells of an aligned table whose head names columns by these short names."""
    head, *rows = [line.split() for line in text.strip().splitlines() if line.strip()]
    roles = [columns[name] for name in head[1:]]
    cells: dict[Action, dict[Role, Cell]] = {}
    for name, *marks in rows:
        row = dict(zip(roles, marks, strict=True))
        if name in FEATURES:
            cells |= {
                Action(f"{verb}-{name}"): {role: _of_letter(letter, mark) for role, mark in row.items()}
                for letter, verb in VERBS.items()
            }
        else:
            cells[Action(name)] = {role: Cell(mark) for role, mark in row.items()}
    return cells


def _of_letter(letter: str, mark: str) -> Cell:
    """What `CRUD`, `RU◐a` or – says about one of its letters."""
    letters, condition, kind = mark.partition("◐")
    if letter not in letters:
        return Cell.MAY_NOT
    return Cell(condition + kind) if condition else Cell.MAY


def joined(*tables: Mapping[Action, Mapping[Role, Cell]]) -> dict[Action, dict[Role, Cell]]:
    """Tables of the same agreement side by side; where one lacks a row, nobody of its columns may."""
    actions = dict.fromkeys(action for table in tables for action in table)
    roles = [(table, tuple(table[Action.SEE_SUBSCRIPTION])) for table in tables]
    return {
        action: {
            role: table[action][role] if action in table else Cell.MAY_NOT for table, held in roles for role in held
        }
        for action in actions
    }
