"""Moves of a subscription from what one invoice is made for to another, and which of them would lose or double usage.

A period is invoiced to whom the subscription stood under on the period's last day, and a billing profile is invoiced
for the months in which it has subscriptions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from kvitto.agreements.hierarchy import InvoiceSection, ScopeKind, Subscription
from kvitto.agreements.planning.plan import Agreements, Change, Key, Plan
from kvitto.language import Phrase, phrase

Invoiced = Mapping[Key, date]  # kind and id of accounts and of what invoices are made for → end of the latest period


def move_refusals(plan: Plan, agreements: Agreements, invoiced: Invoiced) -> Iterator[Phrase]:
    """A sentence for each move that must not be."""
    checks = _Moves(plan, agreements, invoiced)
    for change in plan.changes:
        if change.before and isinstance(change.value, Subscription):
            yield from checks.of(change, change.value)


class _Moves:
    def __init__(self, plan: Plan, agreements: Agreements, invoiced: Invoiced) -> None:
        self._plan, self._agreements, self._invoiced = plan, agreements, invoiced
        values = [versions[-1].value for versions in agreements.versions.values()]
        self._profile_before = {each.id: each.profile_id for each in values if isinstance(each, InvoiceSection)}
        changed = {change.value.id: change.value for change in plan.changes if isinstance(change.value, InvoiceSection)}
        self._profile_after = self._profile_before | {key: value.profile_id for key, value in changed.items()}

    def of(self, change: Change, new: Subscription) -> Iterator[Phrase]:
        """What speaks against this change, if it is a move."""
        old = change.before[-1].value
        if not isinstance(old, Subscription):
            return
        before, after = self._profile_before.get(old.section_id, ""), self._profile_after.get(new.section_id, "")
        if before == after:
            return
        day = self._plan.valid_from
        if day > new.started_on and not (before and after):
            yield phrase("{id}: it cannot move between MOSP and MCA. End it, and start another one there.", id=new.id)
            return
        if day > new.started_on and day.day != 1:
            yield phrase(
                "{id}: a move to another billing profile must be valid from the first day of a month, not from {day}.",
                id=new.id,
                day=day,
            )
            return
        yield from self._already_invoiced(new, (before, after))
        if day > new.started_on and not self._rest_is_invoiced(new, before):
            yield phrase(
                "{id}: it cannot leave billing profile {profile} on {day} before that is invoiced up to then, because "
                "nothing would be left there to make those invoices for.",
                id=new.id,
                profile=before,
                day=day,
            )

    def _already_invoiced(self, moved: Subscription, profiles: tuple[str, str]) -> Iterator[Phrase]:
        for profile in profiles:
            latest = self._invoiced.get((ScopeKind.BILLING_PROFILE, profile))
            if latest and latest > self._plan.valid_from:
                yield phrase(
                    "{id}: it cannot move on {day}, because billing profile {profile} was invoiced up to {end}.",
                    id=moved.id,
                    day=self._plan.valid_from,
                    profile=profile,
                    end=latest,
                )

    def _rest_is_invoiced(self, moved: Subscription, profile: str) -> bool:
        """True if the months before the move have an invoice, or another subscription that keeps them coming."""
        day = self._plan.valid_from
        latest = self._invoiced.get((ScopeKind.BILLING_PROFILE, profile), moved.started_on)
        return latest >= day or any(
            each.started_on.replace(day=1) <= latest and (each.ended_on is None or each.ended_on >= day)
            for each in self._staying_in(profile)
        )

    def _staying_in(self, profile: str) -> Iterator[Subscription]:
        values = {key: versions[-1].value for key, versions in self._agreements.versions.items()}
        values |= {change.key: change.value for change in self._plan.changes}
        for value in values.values():
            if isinstance(value, Subscription) and self._profile_after.get(value.section_id) == profile:
                yield value
