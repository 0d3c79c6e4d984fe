"""What is agreed, as the declaration that an agreements file would make of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TypeVar

from kvitto.agreements.credit_lots import CreditLot
from kvitto.agreements.declaration.declared import Declaration, DeclaredPolicy, DeclaredRate
from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.facts import Agreed
from kvitto.agreements.hierarchy import (
    BillingAccount,
    BillingProfile,
    Customer,
    Department,
    EnrollmentAccount,
    InvoiceSection,
    ManagementGroup,
    Seller,
    Subscription,
)
from kvitto.agreements.planning.plan import Agreements, Key
from kvitto.agreements.planning.versions import Version

Thing = TypeVar("Thing", bound=Agreed)


def declaration_of(agreements: Agreements, on: date | None = None) -> Declaration | None:
    """Everything as it is valid on the day, in order; None: as agreed last. None if there is no seller yet.

    Exchange rates are given with all their days up to `on`. Roles of people who were erased are left out.
    """
    values = [value for versions in agreements.versions.values() if (value := _valid(versions, on))]
    sellers = _of(Seller, values)
    if not sellers:
        return None
    people = agreements.people
    return Declaration(
        seller=sellers[0],
        people=tuple(people.values()),
        groups=tuple(
            replace(group, members=tuple(each for each in group.members if each in people))
            for group in agreements.groups.values()
        ),
        accounts=_of(BillingAccount, values),
        profiles=_of(BillingProfile, values),
        sections=_of(InvoiceSection, values),
        subscriptions=_of(Subscription, values),
        departments=_of(Department, values),
        enrollment_accounts=_of(EnrollmentAccount, values),
        customers=_of(Customer, values),
        management_groups=_of(ManagementGroup, values),
        lots=_of(CreditLot, values),
        rates=tuple(_rates(agreements, on)),
        roles=tuple(role for role in agreements.roles if role.group or role.person in people),
        policies=tuple(DeclaredPolicy(policy, value, scope) for (scope, policy), value in agreements.policies.items()),
    ).in_order()


def still_to_come(agreements: Agreements, day: date) -> dict[Key, date]:
    """What changes after the day: kind and id, and the first day of the latest version.

    Without what a file says itself: exchange rates, and subscriptions that move with their account.
    """
    latest = {key: versions[-1] for key, versions in agreements.versions.items() if len(versions) > 1}
    values = [versions[-1].value for versions in agreements.versions.values()]
    moves = {(each.moved_to, each.moved_on) for each in values if isinstance(each, BillingAccount) and each.moved_to}
    return {
        key: version.valid_from
        for key, version in latest.items()
        if version.valid_from > day
        and not isinstance(version.value, ExchangeRate)
        and not (isinstance(version.value, Subscription) and (version.value.account_id, version.valid_from) in moves)
    }


def _valid(versions: tuple[Version, ...], on: date | None) -> Agreed | None:
    if on is None:
        return versions[-1].value
    return next((each.value for each in versions if each.valid_from <= on and not each.ends_by(on)), None)


def _of(kind: type[Thing], values: list[Agreed]) -> tuple[Thing, ...]:
    return tuple(value for value in values if isinstance(value, kind))


def _rates(agreements: Agreements, on: date | None) -> Iterator[DeclaredRate]:
    for versions in agreements.versions.values():
        for version in versions:
            if isinstance(version.value, ExchangeRate) and (on is None or version.valid_from <= on):
                yield DeclaredRate(version.value, version.valid_from)
