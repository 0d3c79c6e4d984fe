"""What a plan must not do: change what invoices were made from, or use a name that already means something else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from kvitto.agreements.facts import SELLER
from kvitto.agreements.hierarchy import ScopeKind, Seller, Subscription
from kvitto.agreements.limits import STANDARD, Limits
from kvitto.agreements.planning.credit_checks import credit_refusals
from kvitto.agreements.planning.currency_checks import currency_refusals
from kvitto.agreements.planning.holder_checks import holder_refusals
from kvitto.agreements.planning.limit_checks import broken_limits
from kvitto.agreements.planning.move_checks import move_refusals
from kvitto.agreements.planning.plan import Agreements, Change, Plan
from kvitto.agreements.planning.recorded import Recorded
from kvitto.language import Phrase, phrase

_ALWAYS_FIXED = {
    ScopeKind.BILLING_ACCOUNT: ("agreement",),
    ScopeKind.BILLING_PROFILE: ("account_id",),
    ScopeKind.INVOICE_SECTION: ("profile_id",),
    ScopeKind.DEPARTMENT: ("account_id",),
    ScopeKind.ENROLLMENT_ACCOUNT: ("account_id",),
    ScopeKind.CUSTOMER: ("profile_id",),
}
_FIXED_ONCE_INVOICED = {
    ScopeKind.BILLING_ACCOUNT: ("currency",),
    ScopeKind.BILLING_PROFILE: ("currency",),
    ScopeKind.SUBSCRIPTION: ("anniversary_day", "started_on"),  # of MOSP; the others are invoiced by what is above
}


def refusals(plan: Plan, agreements: Agreements, recorded: Recorded, limits: Limits = STANDARD) -> list[Phrase]:
    """A sentence for everything the plan must not do; empty if it may be applied."""
    found = [*_other_seller(agreements, plan), *_names_in_use(plan, agreements)]
    for change in plan.changes:
        if change.before:
            found += _fixed(change, recorded)
            found += _end_of_the_ended(change, recorded)
            found += _suspensions(change, recorded)
            found += _numbers_told_apart(change)
    found += broken_limits(plan, agreements, limits)
    found += credit_refusals(plan, agreements, recorded)
    found += currency_refusals(plan, agreements)
    found += holder_refusals(plan, agreements)
    return [*found, *move_refusals(plan, agreements, recorded)]


def _fixed(change: Change, recorded: Recorded) -> Iterator[Phrase]:
    kind, key = change.key
    if kind not in set(ScopeKind):
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
    for name in _FIXED_ONCE_INVOICED.get(ScopeKind(kind), ()) if change.key in recorded.invoiced else ():
        if (field := change.changes(name)) and not (name == "anniversary_day" and _leaves_or_joins_mosp(change)):
            yield phrase(
                "{id}: {field} is {before} and cannot become {after}, because invoices were made from it.",
                id=key,
                field=name,
                before=str(field.before),
                after=str(field.after),
            )


def _leaves_or_joins_mosp(change: Change) -> bool:
    """True if the subscription gets another place below an account; then another rule says where its periods begin."""
    return any(change.changes(name) for name in ("section_id", "enrollment_account_id", "customer_id"))


def _end_of_the_ended(change: Change, recorded: Recorded) -> Iterator[Phrase]:
    """The last invoice of an ended MOSP subscription covers its last days; a later end would leave days unbilled."""
    old = change.before[-1].value
    latest = recorded.invoiced.get(change.key)
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


def _suspensions(change: Change, recorded: Recorded) -> Iterator[Phrase]:
    """Being enabled again shifts the periods of a MOSP subscription, but never those that are invoiced."""
    old, new = change.before[-1].value, change.value
    latest = recorded.invoiced.get(change.key)
    if not (latest and isinstance(old, Subscription) and isinstance(new, Subscription)):
        return
    for before, after in zip_longest(old.suspended, new.suspended):
        if before != after and min(span.end for span in (before, after) if span) < latest:
            yield phrase(
                "{id}: its suspensions before {day} cannot change, because the days before {day} are invoiced already.",
                id=new.id,
                day=latest,
            )
            return


def _numbers_told_apart(change: Change) -> Iterator[Phrase]:
    """Numbers of a new series begin at 1 again; without the series in them they would repeat the old ones."""
    old, new = change.before[-1].value, change.value
    if not (isinstance(old, Seller) and isinstance(new, Seller)) or old.series == new.series:
        return
    if not any("{series" in form for form in (old.number_form, new.number_form)):
        yield phrase(
            "The series cannot change from {before} to {after} while the form of the numbers, {form}, does not show "
            "it: numbers would be given twice.",
            before=old.series,
            after=new.series,
            form=new.number_form,
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
