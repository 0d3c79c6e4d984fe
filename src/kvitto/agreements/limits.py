"""How many of a thing an agreement may hold (agreements.md §2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from kvitto.agreements.facts import Agreed
from kvitto.agreements.hierarchy import AgreementType, BillingAccount, Department, ManagementGroup, Subscription
from kvitto.language import Phrase, phrase, phrases

NEW_FOR = timedelta(days=30)  # chosen: a MOSP account is new for as long as its buyer is too new for an invoice


@dataclass(frozen=True)
class Limits:
    """The most there may be of each; None for no limit.

    `new_account_subscriptions`: that begin in a MOSP account while it is new; transferred ones do not count.
    `enrollment_account_subscriptions` counts those that ended too. `account_subscriptions`: of an MCA account; an older
    limit of 20 is said nowhere any more, so that there is none unless it is set.
    """

    new_account_subscriptions: int | None = 5
    enrollment_account_subscriptions: int | None = 5000
    account_subscriptions: int | None = None
    department_name_characters: int = 3
    management_group_levels: int = 6


STANDARD = Limits()


def limit_refusals(
    values: Iterable[Agreed], transferred: Collection[str] = (), limits: Limits = STANDARD
) -> Iterator[Phrase]:
    """A sentence for each limit that is not kept by these values, which are all that would be agreed.

    `transferred`: ids of subscriptions that began in another account.
    """
    values = list(values)
    accounts = {value.id: value for value in values if isinstance(value, BillingAccount)}
    subscriptions = [value for value in values if isinstance(value, Subscription)]
    yield from _new_accounts(accounts, subscriptions, transferred, limits.new_account_subscriptions)
    yield from _too_many(_by_enrollment_account(subscriptions), limits.enrollment_account_subscriptions)
    yield from _too_many(_by_customer_agreement(accounts, subscriptions), limits.account_subscriptions)
    yield from _short_names(values, limits.department_name_characters)
    yield from _deep_groups(values, limits.management_group_levels)


def _new_accounts(
    accounts: dict[str, BillingAccount],
    subscriptions: Iterable[Subscription],
    transferred: Collection[str],
    most: int | None,
) -> Iterator[Phrase]:
    begun: Counter[str] = Counter()
    for one in subscriptions:
        account = accounts.get(one.account_id)
        is_own = account and account.agreement is AgreementType.MOSP and one.id not in transferred
        if account and is_own and one.started_on < account.created_on + NEW_FOR:
            begun[account.id] += 1
    for key, count in sorted(begun.items()):
        if most is not None and count > most:
            yield phrases(
                "{id}: {count} subscription would begin in the first 30 days of the account; at most {most} may.",
                "{id}: {count} subscriptions would begin in the first 30 days of the account; at most {most} may.",
                count, id=key, most=most,
            )  # fmt: skip


def _by_enrollment_account(subscriptions: Iterable[Subscription]) -> Counter[str]:
    return Counter(one.enrollment_account_id for one in subscriptions if one.enrollment_account_id)


def _by_customer_agreement(accounts: dict[str, BillingAccount], subscriptions: Iterable[Subscription]) -> Counter[str]:
    holders = {key for key, account in accounts.items() if account.agreement is AgreementType.MCA}
    return Counter(one.account_id for one in subscriptions if one.account_id in holders)


def _too_many(counts: Counter[str], most: int | None) -> Iterator[Phrase]:
    for key, count in sorted(counts.items()):
        if most is not None and count > most:
            yield phrases(
                "{id}: it would hold {count} subscription, those that ended among them; at most {most} may be there.",
                "{id}: it would hold {count} subscriptions, those that ended among them; at most {most} may be there.",
                count, id=key, most=most,
            )  # fmt: skip


def _short_names(values: Iterable[Agreed], least: int) -> Iterator[Phrase]:
    for value in values:
        if isinstance(value, Department) and len(value.name.strip()) < least:
            yield phrases(
                "{id}: the name of a department has at least {count} character.",
                "{id}: the name of a department has at least {count} characters.",
                least, id=value.id,
            )  # fmt: skip


def _deep_groups(values: Iterable[Agreed], most: int) -> Iterator[Phrase]:
    parents = {value.id: value.parent_id for value in values if isinstance(value, ManagementGroup)}
    for key in sorted(parents):
        level, above, seen = 1, parents[key], {key}
        while above in parents and above not in seen:
            seen.add(above)
            level, above = level + 1, parents[above]
        if above in seen:
            yield phrase("{id}: the management group would stand below itself.", id=key)
        elif level > most:
            yield phrase("{id}: management groups stand in at most {most} levels.", id=key, most=most)
