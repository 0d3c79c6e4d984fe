"""Credit that must stay as it is: what invoices used of it, and amounts in the currency of an account."""

from __future__ import annotations

from collections.abc import Iterator

from kvitto.agreements.credit_lots import CreditLot
from kvitto.agreements.hierarchy import BillingProfile, Subscription
from kvitto.agreements.planning.plan import Agreements, Change, Plan
from kvitto.agreements.planning.recorded import Recorded
from kvitto.language import Phrase, phrase

_ALWAYS_FIXED = ("amount.currency", "scope.kind", "scope.id")  # the ledger keeps each lot in its currency, at its place
_FIXED_ONCE_USED = ("treatment", "source")


def credit_refusals(plan: Plan, agreements: Agreements, recorded: Recorded) -> Iterator[Phrase]:
    """A sentence for each change that would touch credit already used, or leave an amount in another currency."""
    for change in plan.changes:
        if change.before and isinstance(change.value, CreditLot):
            yield from _fixed(change)
            yield from _used(change, change.value, recorded)
    yield from _left_in_another_currency(plan, agreements)


def _fixed(change: Change) -> Iterator[Phrase]:
    for name in _ALWAYS_FIXED:
        if field := change.changes(name):
            yield phrase(
                "{id}: {field} is {before} and can never become {after}. Give the new one an id of its own.",
                id=change.value.id,
                field=name,
                before=str(field.before),
                after=str(field.after),
            )


def _used(change: Change, lot: CreditLot, recorded: Recorded) -> Iterator[Phrase]:
    used = recorded.credit_used.get(lot.id)
    if used is None or used.amount <= 0:
        return
    for name in _FIXED_ONCE_USED:
        if field := change.changes(name):
            yield phrase(
                "{id}: {field} is {before} and cannot become {after}, because invoices used {amount} of this credit.",
                id=lot.id,
                field=name,
                before=str(field.before),
                after=str(field.after),
                amount=used,
            )
    if lot.amount.currency == used.currency and lot.amount.amount < used.amount:
        yield phrase(
            "{id}: it cannot shrink to {amount}, because invoices used {used} of this credit.",
            id=lot.id,
            amount=lot.amount,
            used=used,
        )


def _left_in_another_currency(plan: Plan, agreements: Agreements) -> Iterator[Phrase]:
    recoined = {change.value.id for change in plan.changes if change.before and change.changes("currency")}
    if not recoined:
        return
    values = [versions[-1].value for versions in agreements.versions.values()]
    below = {
        each.id for each in values if isinstance(each, BillingProfile | Subscription) and each.account_id in recoined
    }
    for key in plan.left_alone:
        value = agreements.versions[key][-1].value
        if isinstance(value, CreditLot) and value.scope.id in recoined | below:
            yield phrase(
                "{id}: it is credit of {amount}, so that its account cannot change currency.",
                id=value.id,
                amount=value.amount,
            )
        elif isinstance(value, Subscription) and value.account_id in recoined:
            for amount in (value.offer.monthly_credit, value.offer.monthly_fee):
                if amount:
                    yield phrase(
                        "{id}: it has an amount of {amount}, but its account changes currency. Put it into the file "
                        "too.",
                        id=value.id,
                        amount=amount,
                    )
