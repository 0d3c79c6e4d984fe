"""A plan in words, for a person who decides about it, and as plain data for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from kvitto.access.policies import POLICIES
from kvitto.access.roles import ROLES
from kvitto.agreements.credit_lots import CreditLot
from kvitto.agreements.declaration.declared import DeclaredPerson, DeclaredRole
from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.facts import CREDIT_LOT, EXCHANGE_RATE, SELLER, Agreed
from kvitto.agreements.hierarchy import BillingAccount, ScopeKind, Seller, Subscription
from kvitto.agreements.planning.plan import Change, ChangeKind, FieldChange, GroupChange, Key, Plan, PolicyChange
from kvitto.language import Phrase, phrase, phrases

MOST_SHOWN = 40  # of each kind of change; the rest is counted

KIND_NAMES: Mapping[str, Phrase] = {
    SELLER: phrase("seller"),
    ScopeKind.BILLING_ACCOUNT: phrase("billing account"),
    ScopeKind.BILLING_PROFILE: phrase("billing profile"),
    ScopeKind.INVOICE_SECTION: phrase("invoice section"),
    ScopeKind.DEPARTMENT: phrase("department"),
    ScopeKind.ENROLLMENT_ACCOUNT: phrase("enrollment account"),
    ScopeKind.CUSTOMER: phrase("customer"),
    ScopeKind.MANAGEMENT_GROUP: phrase("management group"),
    ScopeKind.SUBSCRIPTION: phrase("subscription"),
    CREDIT_LOT: phrase("credit"),
    EXCHANGE_RATE: phrase("exchange rate"),
}


def plan_sentences(plan: Plan) -> Iterator[Phrase]:
    """The plan, a sentence for each line; long lists are cut and counted."""
    for kind in ChangeKind:
        changes = [change for change in plan.changes if change.kind is kind]
        for change in changes[:MOST_SHOWN]:
            yield from _change(change)
        yield from _rest(len(changes))
    yield from _cut([phrase("Person added: {name}, {email}", **_of(person)) for person in plan.people_added])
    yield from _cut([phrase("Person changed: {name}, {email}", **_of(person)) for person in plan.people_changed])
    yield from _cut([_group(change) for change in plan.groups_changed])
    yield from _cut([_policy(change) for change in plan.policies_set])
    yield from _cut([_role(role, phrase("Role granted")) for role in plan.roles_granted])
    yield from _cut([_role(role, phrase("Role withdrawn")) for role in plan.roles_withdrawn])
    if plan.left_alone:
        yield phrase("Not in the file, left as it is: {things}", things=_left_alone(plan.left_alone))
    yield phrases("{count} thing stays as it is.", "{count} things stay as they are.", plan.unchanged)


def later_sentences(still_to_come: Mapping[Key, date], *, in_file: bool) -> Iterator[Phrase]:
    """What an exported file must be told about: things that change on a later day.

    `in_file`: the file says what they will be then, else what they are before.
    """
    for (kind, key), day in list(still_to_come.items())[:MOST_SHOWN]:
        thing = phrase("{kind} {id}", kind=KIND_NAMES[kind], id=key)
        if in_file:
            yield phrase("{thing}: the file says what holds from {day}; apply it from then on.", thing=thing, day=day)
        else:
            yield phrase("{thing}: the file does not say what holds from {day}.", thing=thing, day=day)
    yield from _rest(len(still_to_come))


def plan_data(plan: Plan) -> dict[str, Any]:
    """The whole plan as JSON data."""
    return {
        "valid_from": plan.valid_from.isoformat(),
        "changes": [
            {
                "change": change.kind.value,
                "kind": change.key[0],
                "id": change.key[1],
                "name": name_of(change.value),
                "valid_from": change.valid_from.isoformat(),
                "fields": [{"field": each.field, "from": each.before, "to": each.after} for each in change.fields],
            }
            for change in plan.changes
        ],
        "unchanged": plan.unchanged,
        "people_added": [person.email for person in plan.people_added],
        "people_changed": [person.email for person in plan.people_changed],
        "groups_changed": [
            {"id": change.group.id, "joined": list(change.joined), "left": list(change.left)}
            for change in plan.groups_changed
        ],
        "policies_set": [
            {
                "policy": change.declared.policy.value,
                "kind": change.declared.scope.kind.value,
                "id": change.declared.scope.id,
                "from": change.before,
                "to": change.declared.value,
            }
            for change in plan.policies_set
        ],
        "roles_granted": [_role_data(role) for role in plan.roles_granted],
        "roles_withdrawn": [_role_data(role) for role in plan.roles_withdrawn],
        "left_alone": [{"kind": kind, "id": key} for kind, key in plan.left_alone],
    }


def name_of(value: Agreed) -> str:
    """The name a reader knows it by."""
    match value:
        case Seller():
            return value.party.name
        case ExchangeRate():
            return value.id
        case CreditLot():
            return value.name or value.source.value
        case _:
            return value.name


def _change(change: Change) -> Iterator[Phrase]:
    kind, key = change.key
    thing = phrase("{kind} {id} ({name})", kind=KIND_NAMES[kind], id=key, name=name_of(change.value))
    match change.kind:
        case ChangeKind.ADDED:
            yield phrase("Added from {day}: {thing}", day=change.valid_from, thing=thing)
        case ChangeKind.CHANGED:
            yield phrase("Changed from {day}: {thing}", day=change.valid_from, thing=thing)
        case ChangeKind.ENDED:
            yield phrase("Ended: {thing}", thing=thing)
    yield from _meaning(change)
    for field in change.fields:
        yield phrase(
            "    {field}: {before} → {after}",
            field=field.field,
            before=_text(field, "before"),
            after=_text(field, "after"),
        )


def _meaning(change: Change) -> Iterator[Phrase]:
    """What the fields of a change come to, where that is more than they say."""
    account, owner, moved = (change.changes(name) for name in ("account_id", "administrator", "moved_to"))
    if owner and change.kind is ChangeKind.CHANGED:
        yield phrase(
            "    Ownership passes from {before} to {after}; {before} has no role on the account any more.",
            before=str(owner.before),
            after=str(owner.after),
        )
    if account and isinstance(change.value, Subscription):
        yield phrase(
            "    It moves to account {after}: use before {day} is invoiced by {before}, later use by {after}.",
            before=str(account.before),
            after=str(account.after),
            day=change.valid_from,
        )
    if moved and isinstance(change.value, BillingAccount) and change.value.moved_on:
        yield phrase(
            "    From {day} on it is {other}. Its invoices stay, and who can see them.",
            day=change.value.moved_on,
            other=change.value.moved_to,
        )


def _text(field: FieldChange, side: str) -> str:
    value = getattr(field, side)
    match value:
        case None | "" | []:
            return "–"
        case list():
            return ", ".join(map(_plain, value))
        case dict():
            return _plain(value)
        case _:
            return str(value)


def _plain(value: object) -> str:
    """A value inside a field, its tables without their keys."""
    if isinstance(value, dict):
        return " ".join(text for each in value.values() if (text := _plain(each)))
    return "" if value is None else str(value)


def _group(change: GroupChange) -> Phrase:
    said = [
        *(phrase("with {person}", person=person) for person in change.joined),
        *(phrase("without {person}", person=person) for person in change.left),
    ]
    what = phrase("Group changed") if change.before else phrase("Group added")
    if not said:
        return phrase("{what}: {name}", what=what, name=change.group.name)
    return phrase("{what}: {name}, {members}", what=what, name=change.group.name, members=tuple(said[:MOST_SHOWN]))


def _policy(change: PolicyChange) -> Phrase:
    declared = change.declared
    return phrase(
        "Policy set: {policy} of {kind} {id}: {before} → {after}",
        policy=POLICIES[declared.policy].name,
        kind=KIND_NAMES[declared.scope.kind],
        id=declared.scope.id,
        before=change.before or POLICIES[declared.policy].default,
        after=declared.value,
    )


def _of(person: DeclaredPerson) -> dict[str, object]:
    return {"name": person.name, "email": person.email}


def _role(role: DeclaredRole, what: Phrase) -> Phrase:
    return phrase(
        "{what}: {person} is {role} of {kind} {id}",
        what=what,
        person=role.holder,
        role=ROLES[role.role].name,
        kind=KIND_NAMES[role.scope.kind],
        id=role.scope.id,
    )


def _role_data(role: DeclaredRole) -> dict[str, str]:
    holder = {"group": role.group} if role.group else {"person": role.person}
    return {**holder, "role": role.role.value, "kind": role.scope.kind.value, "id": role.scope.id}


def _left_alone(keys: Sequence[Key]) -> tuple[Phrase, ...]:
    shown = tuple(phrase("{kind} {id}", kind=KIND_NAMES[kind], id=key) for kind, key in keys[:MOST_SHOWN])
    return (*shown, *_rest(len(keys)))


def _cut(sentences: Sequence[Phrase]) -> Iterator[Phrase]:
    yield from sentences[:MOST_SHOWN]
    yield from _rest(len(sentences))


def _rest(count: int) -> Iterator[Phrase]:
    if count > MOST_SHOWN:
        yield phrases("and {count} more", "and {count} more", count - MOST_SHOWN)
