"""The agreement as it stood on the last day of a period: what its invoice is made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TypeVar

from kvitto.agreements.dated import FOREVER, on_day, within
from kvitto.agreements.facts import Agreed, kind_of
from kvitto.agreements.hierarchy import BillingAccount, InvoiceScope, Scope, Subscription
from kvitto.periods import Period
from kvitto.records.agreements import account, earlier_versions
from kvitto.records.models import AgreementRecord
from kvitto.records.remembered import agreements_mark, remembered
from kvitto.records.revisions import believed

Value = TypeVar("Value", bound=Agreed)


class ScopeVersions:
    """Invoice scopes as believed at one revision, as they were valid on any day.

    All of the office, or only these `scopes`. What ever changed is read once, and only if anything in the office did.
    """

    def __init__(self, revision: int, scopes: Iterable[Scope] | None = None) -> None:
        self._revision = revision
        self._versions = earlier_versions(revision, scopes) if _has_earlier(revision) else {}
        self._other_accounts: dict[str, BillingAccount | None] = {}

    def for_period(self, scope: InvoiceScope, period: Period) -> InvoiceScope | None:
        """The scope as it was valid on the period's last day, with those who stood in it earlier in the period.

        `scope` is the whole scope as it is believed last. Someone who left it before the last day is as it was on its
        own last day there; `days` names the days of those who stood in it for a part of the period only. None if
        nothing stood in it in the period.
        """
        if not self._versions:
            return scope
        days = {each.id: within(scope.days.get(each.id, (_life(each),)), period) for each in scope.subscriptions}
        there = {each.id: self._on(each, days[each.id][-1].last_day) for each in scope.subscriptions if days[each.id]}
        if not there:
            return None
        last_day = period.last_day
        return replace(
            scope,
            seller=self._on(scope.seller, last_day),
            account=self._account(scope, there.values(), last_day),
            profile=self._on(scope.profile, last_day) if scope.profile else None,
            sections=self._all_on(scope.sections, last_day),
            departments=self._all_on(scope.departments, last_day),
            enrollment_accounts=self._all_on(scope.enrollment_accounts, last_day),
            customers=self._all_on(scope.customers, last_day),
            subscriptions=tuple(there.values()),
            days={key: days[key] for key in scope.days if key in there and days[key] != (period,)},
        )

    def _account(self, scope: InvoiceScope, there: Iterable[Subscription], last_day: date) -> BillingAccount:
        """The account of the day: a MOSP subscription may have had another owner."""
        owners = {each.account_id for each in there} if scope.subscription else set()
        (owner,) = owners or {scope.account.id}
        if owner == scope.account.id:
            return self._on(scope.account, last_day)
        if owner not in self._other_accounts:
            self._other_accounts[owner] = account(owner, self._revision)
        return self._on(self._other_accounts[owner] or scope.account, last_day)

    def _all_on(self, values: Iterable[Value], day: date) -> tuple[Value, ...]:
        return tuple(self._on(value, day) for value in values)

    def _on(self, value: Value, day: date) -> Value:
        """The value as it was on the day; unchanged if it never changed or began later."""
        then = on_day(self._versions.get((kind_of(value), value.id), ()), day)
        return then if isinstance(then, type(value)) else value


def _has_earlier(revision: int) -> bool:
    """True if anything in the office ever changed; looked for once, because it may be the last of very many rows."""

    def look() -> tuple[bool, int]:
        return believed(AgreementRecord.objects.all(), revision).exclude(valid_to=None).exists(), 1

    mark = agreements_mark(revision)
    return remembered(("has earlier", mark), look) if mark else look()[0]


def _life(subscription: Subscription) -> Period:
    return Period(subscription.started_on, FOREVER)
