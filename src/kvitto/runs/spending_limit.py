"""The spending limit of a subscription: how it stands, taking it away, and turning it on again.

It is a dated fact of the subscription, and is recorded like every other: valid from a day, known from a revision, the
earlier one kept. Changing it is the Account Administrator's alone (roles.md §2), and the operator's. Taking it away
needs a way to pay; every account has one (`BillingAccount.pays_by`).

An agreements file that is applied later says anew what is agreed, the limit included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction

from kvitto.agreements.billing_periods import period_containing
from kvitto.agreements.facts import Agreed
from kvitto.agreements.hierarchy import Scope, ScopeKind, Subscription
from kvitto.agreements.planning.versions import Version, changed_from
from kvitto.errors import UnableTo
from kvitto.invoicing.spending_limit import (
    LimitChange,
    Removal,
    can_have_spending_limit,
    removals_of,
    remove,
    turn_on_again,
)
from kvitto.language import Phrase, phrase
from kvitto.periods import Period
from kvitto.records import gate
from kvitto.records.agreement_changes import record_versions, versions_now
from kvitto.records.agreements import invoice_scope
from kvitto.records.audit import Door, Fact, Result, note
from kvitto.records.audited import audited
from kvitto.records.models import Person
from kvitto.records.revisions import hold_revisions, next_revision
from kvitto.runs.office import Office


class UnableToChangeLimit(UnableTo):
    """The subscription has no spending limit, or none that may be changed so."""


@dataclass(frozen=True)
class SpendingLimit:
    """How a limit stands on a day.

    `returns_on`: of one that is off, the day from which it is on again by what is agreed. `removals`: for how long it
    may be taken away now. `may_return_on`: the day from which it would be on if it were turned on again now; None where
    that cannot be done, or need not.
    """

    subscription: Subscription
    is_on: bool
    returns_on: date | None
    removals: tuple[Removal, ...]
    may_return_on: date | None

    @property
    def stands(self) -> Phrase:
        """How it stands, in a sentence."""
        if self.is_on:
            return phrase("The spending limit is on: what is used beyond the credit is not billed.")
        if self.returns_on:
            return phrase(
                "The spending limit is off, and is on again from {day}. Until then, what is used beyond the credit is"
                " billed.",
                day=self.returns_on,
            )
        return phrase("The spending limit is off. What is used beyond the credit is billed.")


def limit_of(office: Office, scope: Scope) -> SpendingLimit | None:
    """The limit of a subscription; None of what can have none, or is in no billing period today.

    The caller asks the gate whether it may be told.
    """
    found = _found(office, scope)
    return found.limit if found else None


def remove_limit(
    office: Office, person: Person | None, scope: Scope, removal: Removal, door: str = Door.PORTAL
) -> SpendingLimit:
    """Take the limit away from today on, as this person; None is the operator, who may. How it stands then.

    All that was used in the billing period of today is billed then. Once more changes nothing. Raises `gate.NotFound`,
    `gate.Refused` (both leave a note in the audit trail) or `UnableToChangeLimit`.
    """
    facts = {"removal": removal.value}
    return _Change(office, person, scope, door, "spending-limit.remove", facts).made(
        lambda found: found.to_remove(office.today(), removal)
    )


def restore_limit(office: Office, person: Person | None, scope: Scope, door: str = Door.PORTAL) -> SpendingLimit:
    """Turn a limit that was taken away for good on again, from the next billing period on. How it stands then.

    Once more changes nothing, nor does it of one that is on or comes back by itself. Raises as `remove_limit` does.
    """
    return _Change(office, person, scope, door, "spending-limit.restore", {}).made(lambda found: found.to_restore())


@dataclass(frozen=True)
class _Found:
    """A subscription that can have a limit, all its versions, and its billing period of today."""

    limit: SpendingLimit
    period: Period
    versions: tuple[Version, ...]

    def to_remove(self, today: date, removal: Removal) -> Sequence[LimitChange]:
        """What taking it away for so long changes."""
        limit = self.limit
        if removal in limit.removals:
            return remove(today, self.period, removal)
        if limit.is_on:
            raise UnableToChangeLimit(
                phrase(
                    "The spending limit of {name} can be taken away for good only: no credit comes with later periods.",
                    name=limit.subscription.name,
                )
            )
        if removal is Removal.THIS_PERIOD and limit.returns_on is None:
            raise UnableToChangeLimit(
                phrase(
                    "The spending limit of {name} is taken away for good. Turn it on again instead.",
                    name=limit.subscription.name,
                )
            )
        return ()

    def to_restore(self) -> Sequence[LimitChange]:
        """What turning it on again changes."""
        limit = self.limit
        if limit.is_on or limit.returns_on:
            return ()
        change = turn_on_again(self.period, limit.subscription.offer)
        if change is None:
            raise UnableToChangeLimit(
                phrase(
                    "The spending limit of {name} cannot be turned on again: no credit comes with later periods.",
                    name=limit.subscription.name,
                )
            )
        return (change,)


@dataclass(frozen=True)
class _Change:
    """Somebody who wants to change a limit, and what the audit trail says of it."""

    office: Office
    person: Person | None
    scope: Scope
    door: str
    action: str
    facts: Mapping[str, Fact]

    def made(self, wanted: Callable[[_Found], Sequence[LimitChange]]) -> SpendingLimit:
        """Permit it, record it with its note, and tell how the limit stands then."""
        with self._noting_refusals(), transaction.atomic():
            hold_revisions()
            if self.person:
                gate.require(self.person, self.scope, gate.Action.CHANGE_SPENDING_LIMIT)
            found = _found(self.office, self.scope)
            if found is None:
                raise UnableToChangeLimit(phrase("{id} has no spending limit.", id=self.scope.id))
            changes = wanted(found)
            if changes:
                self._record(found.versions, changes)
        after = limit_of(self.office, self.scope)
        assert after  # noqa: S101 - it was there before
        return after

    def _noting_refusals(self) -> AbstractContextManager[None]:
        who = self.person.id if self.person else None
        told: dict[str, Any] = {"who": who, "door": self.door, "scope": self.scope, "facts": self.facts}
        return audited(self.action, now=self.office.now, refusals_only=True, **told)

    def _record(self, before: tuple[Version, ...], changes: Sequence[LimitChange]) -> None:
        versions = before
        for change in changes:
            versions = changed_from(versions, change.valid_from, _with_limit(is_on=change.is_on))
        revision = next_revision(self.office.now(), f"{self.action} {self.scope.id}")
        record_versions(before, versions, revision)
        note(
            self.action,
            Result.DONE,
            who=self.person.id if self.person else None,
            door=self.door,
            scope=self.scope,
            facts={**self.facts, "revision": revision.number},
            at=self.office.now(),
        )


def _found(office: Office, scope: Scope) -> _Found | None:
    today = office.today()
    whole = invoice_scope(scope) if scope.kind is ScopeKind.SUBSCRIPTION else None
    period = period_containing(whole, today) if whole else None
    versions = versions_now(ScopeKind.SUBSCRIPTION, scope.id)
    now = next((one.value for one in versions if one.valid_from <= today and not one.ends_by(today)), None)
    if whole is None or period is None or not isinstance(now, Subscription):
        return None
    if not can_have_spending_limit(whole.agreement, now.offer):
        return None
    later = [one for one in versions if one.valid_from > today and isinstance(one.value, Subscription)]
    returns_on = None if now.spending_limit else next((one.valid_from for one in later if _is_on(one)), None)
    return _Found(_limit(now, returns_on, period), period, versions)


def _limit(now: Subscription, returns_on: date | None, period: Period) -> SpendingLimit:
    removals: tuple[Removal, ...] = ()
    if now.spending_limit:
        removals = removals_of(now.offer)
    elif returns_on:
        removals = (Removal.INDEFINITELY,)
    back = None if now.spending_limit or returns_on else turn_on_again(period, now.offer)
    return SpendingLimit(now, now.spending_limit, returns_on, removals, back.valid_from if back else None)


def _is_on(version: Version) -> bool:
    return isinstance(version.value, Subscription) and version.value.spending_limit


def _with_limit(*, is_on: bool) -> Callable[[Agreed], Agreed]:
    return lambda value: replace(value, spending_limit=is_on) if isinstance(value, Subscription) else value
