"""Who may do what, as tables: one row per action, one column per role.

✔ may, ✘ may not, ◐ may if the Account Administrator allows others to download invoices. `MOSP` is roles.md §2 for one
subscription; `MCA` is roles.md §3 for a billing profile and what stands below it, with the resource roles of §7 beside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kvitto.access.roles import Role


class Action(StrEnum):
    """What a person may want to do with a subscription, a billing profile or an invoice."""

    SEE_SUBSCRIPTION = "see-subscription"
    SEE_INVOICES = "see-invoices"  # the list of billing periods with their totals, and billing information
    SEE_CHARGES = "see-charges"  # daily usage and its cost, on a page
    DOWNLOAD_USAGE = "download-usage"
    DOWNLOAD_INVOICE = "download-invoice"


class Cell(StrEnum):
    """One answer of a table."""

    MAY = "✔"
    MAY_NOT = "✘"
    IF_SHARED = "◐"


@dataclass(frozen=True)
class Matrix:
    """One table: the roles that count in this form of agreement, and the answer for each action and role.

    `helpful_role` is the least role that would do for what is refused; `giver_roles` can give it or can speak for it.
    """

    cells: Mapping[Action, Mapping[Role, Cell]]
    helpful_role: Mapping[Action, Role]
    giver_roles: tuple[Role, ...]

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that have a column."""
        return frozenset(self.cells[Action.SEE_SUBSCRIPTION])


_COLUMNS = {
    "AA": Role.ACCOUNT_ADMINISTRATOR,
    "SA": Role.SERVICE_ADMINISTRATOR,
    "CA": Role.CO_ADMINISTRATOR,
    "Own": Role.OWNER,
    "Con": Role.CONTRIBUTOR,
    "Rea": Role.READER,
    "BiR": Role.BILLING_READER,
    "UAA": Role.USER_ACCESS_ADMINISTRATOR,
    "CMr": Role.COST_MANAGEMENT_READER,
    "CMc": Role.COST_MANAGEMENT_CONTRIBUTOR,
    "BAo": Role.BILLING_ACCOUNT_OWNER,
    "BAc": Role.BILLING_ACCOUNT_CONTRIBUTOR,
    "BAr": Role.BILLING_ACCOUNT_READER,
    "BPo": Role.BILLING_PROFILE_OWNER,
    "BPc": Role.BILLING_PROFILE_CONTRIBUTOR,
    "BPr": Role.BILLING_PROFILE_READER,
    "IM": Role.INVOICE_MANAGER,
    "ISo": Role.INVOICE_SECTION_OWNER,
    "ISc": Role.INVOICE_SECTION_CONTRIBUTOR,
    "ISr": Role.INVOICE_SECTION_READER,
    "SC": Role.SUBSCRIPTION_CREATOR,
}


def _table(text: str) -> dict[Action, dict[Role, Cell]]:
    head, *rows = [line.split() for line in text.strip().splitlines()]
    roles = [_COLUMNS[column] for column in head[1:]]
    return {Action(action): dict(zip(roles, (Cell(cell) for cell in cells), strict=True)) for action, *cells in rows}


# A Billing Reader and its peers see the list but open no invoice while it is not shared: the PDF shows personal data
# of the Account Administrator. A User Access Administrator gives access and has next to none.
MOSP = Matrix(
    cells=_table("""
        action              AA   SA   CA   Own  Con  Rea  BiR  UAA  CMr  CMc
        see-subscription    ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔
        see-invoices        ✔    ✔    ✔    ✔    ✔    ✔    ✔    ◐    ✘    ✘
        see-charges         ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✘    ✔    ✔
        download-usage      ✔    ✔    ✔    ✔    ✔    ✔    ✔    ◐    ✘    ✘
        download-invoice    ✔    ◐    ◐    ◐    ◐    ◐    ◐    ◐    ✘    ✘
    """),
    helpful_role={
        Action.SEE_SUBSCRIPTION: Role.READER,
        Action.SEE_INVOICES: Role.BILLING_READER,
        Action.SEE_CHARGES: Role.BILLING_READER,
        Action.DOWNLOAD_USAGE: Role.BILLING_READER,
        Action.DOWNLOAD_INVOICE: Role.ACCOUNT_ADMINISTRATOR,
    },
    giver_roles=(Role.ACCOUNT_ADMINISTRATOR,),
)

# Resource roles see the cost of their subscription (§7 names five of them) and never what is invoiced.
MCA = Matrix(
    cells=_table("""
        action            BAo BAc BAr BPo BPc BPr IM  ISo ISc ISr SC  SA  CA  Own Con Rea BiR UAA CMr CMc
        see-subscription  ✔   ✔   ✔   ✔   ✔   ✔   ✔   ✔   ✔   ✔   ✘   ✔   ✔   ✔   ✔   ✔   ✔   ✔   ✔   ✔
        see-invoices      ✔   ✔   ✔   ✔   ✔   ✔   ✔   ✘   ✘   ✘   ✘   ✘   ✘   ✘   ✘   ✘   ✘   ✘   ✘   ✘
        see-charges       ✔   ✔   ✔   ✔   ✔   ✔   ✔   ✔   ✔   ✔   ✔   ✘   ✘   ✔   ✔   ✔   ✘   ✘   ✔   ✔
        download-usage    ✔   ✔   ✔   ✔   ✔   ✔   ✔   ✘   ✘   ✘   ✘   ✘   ✘   ✘   ✘   ✘   ✘   ✘   ✘   ✘
        download-invoice  ✔   ✔   ✔   ✔   ✔   ✔   ✔   ✘   ✘   ✘   ✘   ✘   ✘   ✘   ✘   ✘   ✘   ✘   ✘   ✘
    """),
    helpful_role={
        Action.SEE_SUBSCRIPTION: Role.INVOICE_SECTION_READER,
        Action.SEE_INVOICES: Role.BILLING_PROFILE_READER,
        Action.SEE_CHARGES: Role.INVOICE_SECTION_READER,
        Action.DOWNLOAD_USAGE: Role.BILLING_PROFILE_READER,
        Action.DOWNLOAD_INVOICE: Role.BILLING_PROFILE_READER,
    },
    giver_roles=(Role.BILLING_PROFILE_OWNER, Role.BILLING_ACCOUNT_OWNER),
)
