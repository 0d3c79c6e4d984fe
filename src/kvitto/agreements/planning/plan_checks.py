"""What a plan must not do: change what invoices were made from, or use a name that already means something else."""

from __future__ import annotations

from collections.abc import Iterator

from kvitto.agreements.facts import SELLER
from kvitto.agreements.hierarchy import ScopeKind, Subscription
from kvitto.agreements.planning.move_checks import Invoiced, move_refusals
from kvitto.agreements.planning.plan import Agreements, Change, Plan
from kvitto.language import Phrase, phrase

_ALWAYS_FIXED = {
    ScopeKind.BILLING_ACCOUNT: ("agreement",),
    ScopeKind.BILLING_PROFILE: ("account_id",),
    ScopeKind.INVOICE_SECTION: ("profile_id",),
}
_FIXED_ONCE_INVOICED = {
    ScopeKind.BILLING_ACCOUNT: ("currency",),
    ScopeKind.SUBSCRIPTION: ("account_id", "anniversary_day", "started_on"),  # of MOSP; MCA invoices a profile
}


def refusals(plan: Plan, agreements: Agreements, invoiced: Invoiced) -> list[Phrase]:
    """A sentence for everything the plan must not do; empty if it may be applied."""
    found = [
        *_other_seller(agreements, plan),
        *_names_in_use(plan, agreements),
        *_credits_left_behind(plan, agreements),
    ]
    for change in plan.changes:
        if change.before:
            found += _fixed(change, invoiced)
            found += _end_of_the_ended(change, invoiced)
    return [*found, *move_refusals(plan, agreements, invoiced)]


def _fixed(change: Change, invoiced: Invoiced) -> Iterator[Phrase]:
    kind, key = change.key
    if kind == SELLER:
        return
    for name in _ALWAYS_FIXED.get(ScopeKind(kind), ()):
        if field := change.changes(name):
            yield phrase(
                "{id}: {field} is {before} and can never become {after}. Give the new one an id of its own.",
                id=key,
                field=name,
                before=str(field.before),
                after=str(field.after),
            )
    for name in _FIXED_ONCE_INVOICED.get(ScopeKind(kind), ()) if change.key in invoiced else ():
        if field := change.changes(name):
            yield phrase(
                "{id}: {field} is {before} and cannot become {after}, because invoices were made from it.",
                id=key,
                field=name,
                before=str(field.before),
                after=str(field.after),
            )


def _end_of_the_ended(change: Change, invoiced: Invoiced) -> Iterator[Phrase]:
    """The last invoice of an ended MOSP subscription covers its last days; a later end would leave days unbilled."""
    old = change.before[-1].value
    latest = invoiced.get(change.key)
    if (
        isinstance(old, Subscription)
        and old.ended_on
        and latest
        and latest >= old.ended_on
        and change.changes("ended_on")
    ):
        yield phrase(
            "{id}: it ended on {day} and its last invoice was made, so that its end cannot change.",
            id=old.id,
            day=old.ended_on,
        )


def _other_seller(agreements: Agreements, plan: Plan) -> Iterator[Phrase]:
    sellers = [key for kind, key in agreements.versions if kind == SELLER]
    for change in plan.changes:
        if change.key[0] == SELLER and sellers and change.key[1] not in sellers:
            yield phrase(
                "The seller of this office has the id {known}; the file says {found}. An office has one seller.",
                known=sellers[0],
                found=change.key[1],
            )


def _names_in_use(plan: Plan, agreements: Agreements) -> Iterator[Phrase]:
    """Usage finds a subscription by name, also those that the file does not mention."""
    used: dict[str, str] = {}
    for key in plan.left_alone:
        value = agreements.versions[key][-1].value
        if isinstance(value, Subscription):
            used |= dict.fromkeys((value.id, *value.known_as), value.id)
    for change in plan.changes:
        if isinstance(change.value, Subscription):
            for name in (change.value.id, *change.value.known_as):
                if name in used:
                    yield phrase(
                        "{id}: “{name}” already is a name of subscription {other}, which the file does not mention.",
                        id=change.value.id,
                        name=name,
                        other=used[name],
                    )


def _credits_left_behind(plan: Plan, agreements: Agreements) -> Iterator[Phrase]:
    recoined = {change.value.id for change in plan.changes if change.before and change.changes("currency")}
    for key in plan.left_alone if recoined else ():
        value = agreements.versions[key][-1].value
        if isinstance(value, Subscription) and value.account_id in recoined and value.offer.monthly_credit:
            yield phrase(
                "{id}: its monthly credit is {credit}, but its account changes currency. Put it into the file too.",
                id=value.id,
                credit=value.offer.monthly_credit,
            )
