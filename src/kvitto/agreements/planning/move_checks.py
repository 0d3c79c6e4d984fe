"""Moves of a subscription to another account, profile or enrollment, and which of them come too late.

Each invoice bills the days on which a subscription stood under what it is made for, so that a subscription may move on
any day that is not invoiced yet. An issued invoice never changes: a move must not take days out of one, nor put days
into a period whose invoice was made without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from kvitto.agreements.hierarchy import (
    AgreementType,
    BillingAccount,
    Customer,
    InvoiceSection,
    ScopeKind,
    Subscription,
)
from kvitto.agreements.offer_table import PREFIX, after_enrolling, published_offer
from kvitto.agreements.planning.plan import Agreements, Change, Key, Plan
from kvitto.agreements.planning.recorded import Recorded
from kvitto.language import Phrase, phrase


def move_refusals(plan: Plan, agreements: Agreements, recorded: Recorded) -> Iterator[Phrase]:
    """A sentence for each move that must not be."""
    checks = _Moves(plan, agreements, recorded)
    for change in plan.changes:
        if isinstance(change.value, Subscription):
            yield from checks.of(change, change.value)
    yield from checks.left_behind()


class _Moves:
    def __init__(self, plan: Plan, agreements: Agreements, recorded: Recorded) -> None:
        self._agreements, self._plan, self._invoiced = agreements, plan, recorded.invoiced
        values = [versions[-1].value for versions in agreements.versions.values()]
        values += [change.value for change in plan.changes]
        self._profile = {each.id: each.profile_id for each in values if isinstance(each, InvoiceSection | Customer)}
        self._accounts = {each.id: each for each in values if isinstance(each, BillingAccount)}

    def of(self, change: Change, new: Subscription) -> Iterator[Phrase]:
        """What speaks against this change, if it is a move or puts a new one under an account."""
        day = change.valid_from
        earlier = [version.value for version in change.before if not version.ends_by(day)]
        places = {self._place(each) for each in earlier if isinstance(each, Subscription)} - {self._place(new)}
        account = self._accounts[new.account_id]
        if (places or not change.before) and account.created_on > day:
            yield phrase(
                "{id}: it cannot stand under account {account} on {day}, because that was created on {created}.",
                id=new.id,
                account=account.id,
                day=day,
                created=account.created_on,
            )
        if account.agreement is AgreementType.EA:
            yield from self._enrolling(new, [each for each in earlier if isinstance(each, Subscription)])
        for _, invoiced_with in sorted({*places, self._place(new)} if places else ()):
            latest = self._invoiced.get(invoiced_with)
            if latest and latest > day:
                yield self._too_late(new.id, day, invoiced_with, latest)

    def _enrolling(self, new: Subscription, earlier: Sequence[Subscription]) -> Iterator[Phrase]:
        """An id that is not the one its offer gets under an enrollment, where credit of its own is lost (§9)."""
        before = [each for each in earlier if self._accounts[each.account_id].agreement is not AgreementType.EA]
        if not before:
            return
        published = published_offer(before[0].offer.id) if before[0].offer.id else None
        becomes = after_enrolling(published) if published else None
        if becomes and new.offer.id and published_offer(new.offer.id) != becomes:
            yield phrase(
                "{id}: under an enrollment its offer {offer} becomes {becomes} ({name}).",
                id=new.id, offer=before[0].offer.id, becomes=PREFIX + becomes.id, name=becomes.name,
            )  # fmt: skip

    def left_behind(self) -> Iterator[Phrase]:
        """Subscriptions that the file does not mention, under an account that becomes another one."""
        moved = {account.id: account for account in self._accounts.values() if account.moved_on}
        for key in self._plan.left_alone if moved else ():
            value = self._agreements.versions[key][-1].value
            account = moved.get(value.account_id) if isinstance(value, Subscription) else None
            if isinstance(value, Subscription) and account and not _ended_by(value, account.moved_on):
                yield phrase(
                    "{id}: it stands under account {account}, which becomes {other}, but is not in the file. "
                    "Put it under {other} there.",
                    id=value.id,
                    account=account.id,
                    other=account.moved_to,
                )

    def _place(self, subscription: Subscription) -> tuple[str, Key]:
        """The account, and what invoices are made for."""
        if below := subscription.section_id or subscription.customer_id:
            return subscription.account_id, (ScopeKind.BILLING_PROFILE.value, self._profile.get(below, ""))
        if subscription.enrollment_account_id:
            return subscription.account_id, (ScopeKind.BILLING_ACCOUNT.value, subscription.account_id)
        return subscription.account_id, (ScopeKind.SUBSCRIPTION.value, subscription.id)

    @staticmethod
    def _too_late(moved: str, day: date, invoiced_with: Key, latest: date) -> Phrase:
        kind, key = invoiced_with
        where = {
            ScopeKind.BILLING_PROFILE.value: phrase("billing profile {id}", id=key),
            ScopeKind.BILLING_ACCOUNT.value: phrase("enrollment {id}", id=key),
        }.get(kind, phrase("the subscription"))
        return phrase(
            "{id}: it cannot move on {day}, because the days of {where} before {end} are invoiced already. Let it move "
            "on {end} or later.",
            id=moved,
            day=day,
            where=where,
            end=latest,
        )


def _ended_by(subscription: Subscription, day: date | None) -> bool:
    return day is None or (subscription.ended_on is not None and subscription.ended_on <= day)
