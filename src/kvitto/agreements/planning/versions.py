"""The life of one agreed thing as dated versions, and what a new declaration makes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kvitto.agreements.credit_lots import CreditLot
from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.facts import Agreed
from kvitto.agreements.hierarchy import BillingAccount, ManagementGroup, Seller, Subscription

EVER = date(1970, 1, 1)  # the first day any date in an agreements file may name


@dataclass(frozen=True)
class Version:
    """What was agreed from one day up to, not including, another (None: until further notice)."""

    valid_from: date
    valid_to: date | None
    value: Agreed

    def ends_by(self, day: date) -> bool:
        """True if nothing of it lies on or after the day."""
        return self.valid_to is not None and self.valid_to <= day


def declared_anew(versions: Sequence[Version], value: Agreed, starts_on: date, valid_from: date) -> tuple[Version, ...]:
    """The versions of a thing once `value` is declared to hold from `valid_from` on, until further notice.

    `versions` are those believed until now, oldest first; none for a new thing, which is valid from its own start,
    `starts_on`. What was agreed before `valid_from` stays, except facts about a whole life (start, end, suspensions,
    usage names, what an account became): they are corrected in every version, because a life has only one of each.
    """
    if not versions:
        return (Version(starts_on, None, value),)
    if not _differs(versions, value, starts_on, valid_from):
        return tuple(versions)
    from_day = max(valid_from, starts_on)
    earlier = [
        Version(
            starts_on if index == 0 else max(version.valid_from, starts_on),
            from_day if version.valid_to is None else min(version.valid_to, from_day),
            _with_life_of(version.value, value),
        )
        for index, version in enumerate(versions)
    ]
    kept = [version for version in earlier if version.valid_to and version.valid_from < version.valid_to]
    return _merged([*kept, Version(from_day, None, value)])


def changed_from(versions: Sequence[Version], day: date, change: Callable[[Agreed], Agreed]) -> tuple[Version, ...]:
    """The versions once all that is agreed for the day and later is changed so; what is agreed for before stays."""
    found: list[Version] = []
    for version in versions:
        if version.ends_by(day):
            found.append(version)
            continue
        if version.valid_from < day:
            found.append(replace(version, valid_to=day))
        found.append(replace(version, valid_from=max(version.valid_from, day), value=change(version.value)))
    return _merged(found)


def rates_declared_anew(
    versions: Sequence[Version], declared: Sequence[tuple[date, ExchangeRate]]
) -> tuple[Version, ...]:
    """The versions of an exchange rate once these hold, each from its day until the next.

    A rate says itself from when it holds, so those of other days stay as they are.
    """
    by_day: dict[date, Agreed] = {version.valid_from: version.value for version in versions}
    by_day |= dict(declared)
    days = sorted(by_day)
    return tuple(Version(day, end, by_day[day]) for day, end in zip(days, (*days[1:], None), strict=True))


def first_difference(versions: Sequence[Version], value: Agreed, valid_from: date) -> Agreed | None:
    """The earliest value agreed for a day on or after `valid_from` that is not `value`; None if there is none."""
    return next((each.value for each in versions if not each.ends_by(valid_from) and each.value != value), None)


def _differs(versions: Sequence[Version], value: Agreed, starts_on: date, valid_from: date) -> bool:
    return versions[0].valid_from != starts_on or first_difference(versions, value, valid_from) is not None


def _with_life_of(earlier: Agreed, value: Agreed) -> Agreed:
    match earlier, value:
        case Subscription(), Subscription():
            return replace(
                earlier,
                started_on=value.started_on,
                ended_on=value.ended_on,
                known_as=value.known_as,
                suspended=value.suspended,
            )
        case BillingAccount(), BillingAccount():
            return replace(earlier, created_on=value.created_on, moved_to=value.moved_to, moved_on=value.moved_on)
        case _:
            return earlier


def _merged(versions: Sequence[Version]) -> tuple[Version, ...]:
    """The same with neighbours that say the same made one."""
    merged: list[Version] = []
    for version in versions:
        if merged and merged[-1].value == version.value and merged[-1].valid_to == version.valid_from:
            merged[-1] = replace(merged[-1], valid_to=version.valid_to)
        else:
            merged.append(version)
    return tuple(merged)


def own_start(value: Agreed, account_created_on: date) -> date:
    """The day from which a new thing is valid: its own start, or that of the account it stands under."""
    match value:
        case Seller() | ManagementGroup():
            return EVER
        case Subscription():
            return value.started_on
        case CreditLot():
            return value.starts_on
        case ExchangeRate():
            return value.quoted_on
        case _:
            return account_created_on
