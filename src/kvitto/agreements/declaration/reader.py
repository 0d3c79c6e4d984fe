"""From the tables of an agreements file to its declaration."""

from __future__ import annotations

from typing import Any

from kvitto.agreements.declaration.accounts import (
    read_enterprise_agreement,
    read_mca_account,
    read_mosp_account,
    read_partner_agreement,
)
from kvitto.agreements.declaration.credits import read_exchange_rate
from kvitto.agreements.declaration.declared import Declaration
from kvitto.agreements.declaration.found import Found
from kvitto.agreements.declaration.mistakes import Mistakes
from kvitto.agreements.declaration.parts import read_seller
from kvitto.agreements.declaration.people import read_group, read_management_group, read_person
from kvitto.agreements.declaration.toml_table import Table

# In this order: what names another thing of the file is read after it.
_LISTS = {
    "people": read_person,
    "groups": read_group,
    "management_groups": read_management_group,
    "exchange_rates": read_exchange_rate,
    "mosp_accounts": read_mosp_account,
    "mca_accounts": read_mca_account,
    "enterprise_agreements": read_enterprise_agreement,
    "partner_agreements": read_partner_agreement,
}


def read_tables(values: dict[str, Any], mistakes: Mistakes) -> Declaration:
    """The file's declaration; mistakes are noted and reading goes on. Not to be used if a mistake was noted."""
    file = Table(values, "", mistakes)
    found = Found(read_seller(file.table("seller")), mistakes)
    for key, read in _LISTS.items():
        for table in file.tables(key):
            read(table, found)
    file.finish()
    found.check()
    return found.declaration()
