"""What a plan must not do: change what invoices were made from, or use a name that already means something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from kvitto.agreements.facts import SELLER
from kvitto.agreements.hierarchy import InvoiceSection, ScopeKind, Subscription
from kvitto.agreements.plan import Agreements, Change, Key, Plan
from kvitto.language import Phrase, phrase

Invoiced = Mapping[Key, date]  # kind and id of accounts and of what invoices are made for → end of the latest period

_ALWAYS_FIXED = {ScopeKind.BILLING_ACCOUNT: ("agreement",)}
_FIXED_ONCE_INVOICED = {
    ScopeKind.BILLING_ACCOUNT: ("currency",),
    ScopeKind.BILLING_PROFILE: ("account_id",),
    ScopeKind.INVOICE_SECTION: ("profile_id",),
    ScopeKind.SUBSCRIPTION: ("account_id", "anniversary_day", "started_on"),
}


def refusals(plan: Plan, agreements: Agreements, invoiced: Invoiced) -> list[Phrase]:
    """A sentence for everything the plan must not do; empty if it may be applied."""
    sections = _profiles_of_sections(plan, agreements)
    found = [
        *_other_seller(agreements, plan),
        *_names_in_use(plan, agreements),
        *_credits_left_behind(plan, agreements),
    ]
    for change in plan.changes:
        if change.before:
            found += _fixed(change, invoiced, sections)
            found += _end_of_the_ended(change, invoiced)
            found += _move_between_profiles(change, plan, invoiced, sections)
    return found


def _fixed(change: Change, invoiced: Invoiced, sections: Mapping[str, tuple[str, str]]) -> Iterator[Phrase]:
    kind, key = change.key
    if kind == SELLER:
        return
    scope_kind = ScopeKind(kind)
    for name in _ALWAYS_FIXED.get(scope_kind, ()):
        if field := change.changes(name):
            yield phrase(
                "{id}: {field} is {before} and cannot become {after}. Make a new account.",
                id=key,
                field=name,
                before=str(field.before),
                after=str(field.after),
            )
    if not _is_invoiced(change, invoiced, sections):
        return
    for name in _FIXED_ONCE_INVOICED[scope_kind]:
        field = change.changes(name)
        if field and not (name == "started_on" and isinstance(change.value, Subscription) and change.value.section_id):
            yield phrase(
                "{id}: {field} is {before} and cannot become {after}, because invoices were made from it.",
                id=key,
                field=name,
                before=str(field.before),
                after=str(field.after),
            )


def _is_invoiced(change: Change, invoiced: Invoiced, sections: Mapping[str, tuple[str, str]]) -> bool:
    kind, key = change.key
    old = change.before[-1].value
    if isinstance(old, InvoiceSection):
        return (ScopeKind.BILLING_PROFILE, old.profile_id) in invoiced
    if isinstance(old, Subscription) and old.section_id:
        return (ScopeKind.BILLING_PROFILE, sections.get(old.section_id, ("", ""))[0]) in invoiced
    return (kind, key) in invoiced


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


def _move_between_profiles(
    change: Change, plan: Plan, invoiced: Invoiced, sections: Mapping[str, tuple[str, str]]
) -> Iterator[Phrase]:
    """A calendar month is invoiced on one profile: that under which the subscription stands on its last day."""
    field = change.changes("section_id")
    if not field or not field.before or not field.after:
        return
    before, after = sections[str(field.before)][0], sections[str(field.after)][1]
    if before == after:
        return
    if plan.valid_from.day != 1:
        yield phrase(
            "{id}: a move to another billing profile must be valid from the first day of a month, not from {day}.",
            id=change.value.id,
            day=plan.valid_from,
        )
    for profile in (before, after):
        latest = invoiced.get((ScopeKind.BILLING_PROFILE, profile))
        if latest and latest > plan.valid_from:
            yield phrase(
                "{id}: it cannot move on {day}, because billing profile {profile} was invoiced up to {end}.",
                id=change.value.id,
                day=plan.valid_from,
                profile=profile,
                end=latest,
            )


def _profiles_of_sections(plan: Plan, agreements: Agreements) -> dict[str, tuple[str, str]]:
    """Section id → the profile it stood under until now, and the one it shall stand under."""
    found = {
        key: (versions[-1].value.profile_id, versions[-1].value.profile_id)
        for (kind, key), versions in agreements.versions.items()
        if kind == ScopeKind.INVOICE_SECTION and isinstance(versions[-1].value, InvoiceSection)
    }
    for change in plan.changes:
        if isinstance(change.value, InvoiceSection):
            before = found.get(change.value.id, ("", ""))[0]
            found[change.value.id] = (before, change.value.profile_id)
    return found


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
