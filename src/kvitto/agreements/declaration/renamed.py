"""An agreements file read for people who changed their address since it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kvitto.agreements.declaration.declared import Declaration


def with_present_addresses(declaration: Declaration, renamed: Mapping[str, str]) -> Declaration:
    """The same with present addresses for former ones, wherever the file names a person.

    What stands in the data of a party (`sold_to`, `bill_to`) stays as it is: it goes onto invoices. Where the file has
    the present address as well, that entry counts.
    """
    if not renamed:
        return declaration

    def now(address: str) -> str:
        return renamed.get(address, address)

    written = {person.email for person in declaration.people}
    return replace(
        declaration,
        people=tuple(
            replace(person, email=now(person.email))
            for person in declaration.people
            if person.email not in renamed or renamed[person.email] not in written
        ),
        accounts=tuple(replace(account, administrator=now(account.administrator)) for account in declaration.accounts),
        roles=tuple(dict.fromkeys(replace(role, person=now(role.person)) for role in declaration.roles)),
        groups=tuple(
            replace(group, members=tuple(sorted({now(member) for member in group.members})))
            for group in declaration.groups
        ),
    )
