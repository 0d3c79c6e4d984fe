"""One role is given to somebody on one thing, or taken away, outside the agreements file.

What is given here is recorded as the file's roles are: one revision, valid from today on, nothing overwritten. A file
that is applied later names *all* roles of its things, so that its plan shows those given here as about to be withdrawn
unless `kvitto agreements export` wrote it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from django.db import transaction

from kvitto.access.giving import FOR_PEOPLE_ALONE, FOR_PROGRAMS_ALONE, HELD_ONCE
from kvitto.access.last_holder import last_holder_refusal
from kvitto.access.roles import ROLES, Level, Role
from kvitto.agreements.declaration.declared import SERVICE_PRINCIPAL
from kvitto.agreements.declaration.toml_table import is_email, is_id
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase
from kvitto.records import role_assignments as assignments
from kvitto.records.audit import Door, Fact, Result, note
from kvitto.records.audited import audited
from kvitto.records.models import Person
from kvitto.records.people import ERASED
from kvitto.records.revisions import hold_revisions, next_revision
from kvitto.records.role_assignments import GRANTED, Holder
from kvitto.records.role_places import RolePlace, place_of, place_to_give
from kvitto.runs.office import Office

GRANTS_A_DAY = 200
"""How many roles one person may give a day; whoever needs more writes them into the agreements file."""


class UnableToGive(UnableTo):
    """The role cannot be given, or taken away; `field` is the part of the wish that is at fault: "to" or "role"."""

    def __init__(self, sentence: Phrase, field: str = "to") -> None:
        self.field = field
        super().__init__(sentence)


class HeldAlready(UnableToGive):
    """Of this role a thing has one holder at most, and it has one: `holder`, an address or the id of a group."""

    def __init__(self, sentence: Phrase, holder: str) -> None:
        self.holder = holder
        super().__init__(sentence, "role")


@dataclass(frozen=True)
class Wish:
    """This role on this scope, for a person by their e-mail address, or for a group by its id: one of the two.

    `instead_of`: the holder, an address or the id of a group, who is to lose it in the same step. Only of roles that a
    thing has one holder of.
    """

    scope: Scope
    role: Role
    email: str = ""
    group: str = ""
    instead_of: str = ""


def grant(office: Office, person: Person | None, wish: Wish, *, door: str = Door.PORTAL) -> bool:
    """Give the role, as this person; None is the operator, who may. False if the holder had it already.

    An address that the office does not know becomes a person who cannot sign in until they are invited; the answer is
    the same for one that it knows. Of a role with one holder somebody else's goes only if the wish names them. The
    operator may also name somebody by an address they had before; whoever asks in the portal means the one who has it
    now. Raises `gate.NotFound`, `gate.Refused` (both leave a note in the audit trail), `UnableToGive` or `HeldAlready`.
    """
    with _noting("role.grant", office, person, wish, door), transaction.atomic():
        hold_revisions()
        return grant_in(office, person, wish, door=door)


def grant_in(office: Office, person: Person | None, wish: Wish, *, door: str = Door.PORTAL) -> bool:
    """The same inside the caller's transaction, which holds the revisions; refusals are the caller's to note."""
    place = _place(person, wish)
    if person and assignments.given_since(office.today(), person) >= GRANTS_A_DAY:
        raise UnableToGive(
            phrase("You gave {count} roles today. More can be given from tomorrow on.", count=GRANTS_A_DAY)
        )
    holder = _wanted_holder(wish, place)
    if assignments.holds(holder, wish.role, wish.scope):
        return False
    _check_holder(wish, holder, place)
    before = assignments.other_holders(holder, wish.role, wish.scope) if wish.role in HELD_ONCE else []
    _check_replaced(wish, before, place)
    revision = next_revision(office.now(), f"{GRANTED} {wish.role.value} {wish.scope.id}")
    for one in before:
        assignments.end(one, wish.role, wish.scope, office.today(), revision)
        _note("role.withdraw", office, person, wish, one, revision.number, door)
    assignments.assign(holder, wish.role, wish.scope, office.today(), revision)
    _note("role.grant", office, person, wish, holder, revision.number, door)
    return True


def withdraw(office: Office, person: Person | None, wish: Wish, *, door: str = Door.PORTAL) -> None:
    """Take the role away, as this person; None is the operator, who may.

    Raises `gate.NotFound`, `gate.Refused` (both leave a note in the audit trail) or `UnableToGive`: the role is not
    held there, it is held above and reaches down, or its holder is the last one.
    """
    with _noting("role.withdraw", office, person, wish, door), transaction.atomic():
        hold_revisions()
        place = _place(person, wish)
        holder = _present_holder(wish, or_had_it=person is None)
        if holder is None or not assignments.holds(holder, wish.role, wish.scope):
            raise UnableToGive(_not_held(wish, holder, place))
        _check_who_is_left(wish, holder)
        revision = next_revision(office.now(), f"access withdraw {wish.role.value} {wish.scope.id}")
        assignments.end(holder, wish.role, wish.scope, office.today(), revision)
        _note("role.withdraw", office, person, wish, holder, revision.number, door)


def why_it_must_stay(wish: Wish) -> Phrase | None:
    """Why this role cannot be taken away from its holder, if it cannot: somebody has to stay."""
    holder = _present_holder(wish)
    try:
        if holder:
            _check_who_is_left(wish, holder)
    except UnableToGive as error:
        return error.phrase
    return None


def _noting(action: str, office: Office, person: Person | None, wish: Wish, door: str) -> AbstractContextManager[None]:
    facts: dict[str, Fact] = {"role": wish.role.value, "to": wish.email or wish.group}
    who = person.pk if person else None
    return audited(action, door=door, now=office.now, who=who, scope=wish.scope, facts=facts, refusals_only=True)


def _place(person: Person | None, wish: Wish) -> RolePlace:
    place = place_to_give(person, wish.scope, wish.role)
    if wish.role not in place.roles_here:
        raise UnableToGive(
            phrase("{role} is no role that is held on {id}.", role=ROLES[wish.role].name, id=wish.scope.id), "role"
        )
    return place


def _wanted_holder(wish: Wish, place: RolePlace) -> Holder:
    """The group, or the person, who may have to be made; a group or program that one may not know of is none."""
    if wish.group:
        group = assignments.find_group(wish.group) if is_id(wish.group) else None
        if group is None or not assignments.is_known_at(Holder(group=group), place):
            raise UnableToGive(
                phrase("There is no group {id} that you could give a role. The office makes groups.", id=wish.group)
            )
        return Holder(group=group)
    email = wish.email.strip().lower()
    if not is_email(email) or email.endswith(ERASED):
        raise UnableToGive(phrase("This is no e-mail address. One looks like anna@nordlys.example."))
    known = assignments.find_person(email, or_had_it=place.asker is None)
    if wish.role in FOR_PROGRAMS_ALONE and not (
        known and known.kind == SERVICE_PRINCIPAL and assignments.is_known_at(Holder(known), place)
    ):
        raise UnableToGive(
            phrase(
                "{email} is no service principal that you could give a role. The office makes service principals.",
                email=email,
            )
        )
    return Holder(known or assignments.new_person(email, place.directory))


def _present_holder(wish: Wish, *, or_had_it: bool = False) -> Holder | None:
    if wish.group:
        group = assignments.find_group(wish.group) if is_id(wish.group) else None
        return Holder(group=group) if group else None
    email = wish.email.strip().lower()
    person = assignments.find_person(email, or_had_it=or_had_it) if is_email(email) else None
    return Holder(person) if person else None


def _check_holder(wish: Wish, holder: Holder, place: RolePlace) -> None:
    role = ROLES[wish.role].name
    if wish.role in FOR_PROGRAMS_ALONE and holder.group:
        raise UnableToGive(phrase("{role} is a role for service principals; a group cannot hold it.", role=role))
    if wish.role in FOR_PEOPLE_ALONE and holder.group:
        raise UnableToGive(phrase("{role} is a role for one person; a group cannot hold it.", role=role))
    if wish.role is Role.ACCOUNT_OWNER and assignments.owns_another(holder, wish.scope):
        raise UnableToGive(
            phrase(
                "{email} cannot become the owner of {id}: a person owns one enrollment account.",
                email=holder.name, id=place.name,
            )
        )  # fmt: skip


def _check_replaced(wish: Wish, before: list[Holder], place: RolePlace) -> None:
    """Whoever held the role before goes only by name: they may be somebody else by now."""
    name = ", ".join(one.name for one in before)
    if name.lower() != wish.instead_of.strip().lower() and before:
        raise HeldAlready(
            phrase(
                "{id} has its {role} already: {holder}. A thing has one; replace them, or take the role away first.",
                id=place.name, role=ROLES[wish.role].name, holder=name,
            ),
            name,
        )  # fmt: skip


def _not_held(wish: Wish, holder: Holder | None, place: RolePlace) -> Phrase:
    role, name = ROLES[wish.role].name, wish.group or wish.email
    above = assignments.scopes_with(holder, wish.role, place.spot.above) if holder else []
    seen = [scope for scope in above if place.asker is None or scope in place.seen_above]
    if seen:
        return phrase(
            "{name} holds the role “{role}” on {above}, from where it reaches {id}. It can be taken away there only.",
            name=name, role=role, above=place.name_of(seen[0]), id=place.name,
        )  # fmt: skip
    return phrase("{name} does not hold the role “{role}” on {id}.", name=name, role=role, id=place.name)


def _check_who_is_left(wish: Wish, holder: Holder) -> None:
    level = Level(wish.scope.kind)
    before = after = assignments.roles_kept(*_groups_above(wish.scope))
    before = before + assignments.roles_kept(wish.scope)
    after = after + assignments.roles_kept(wish.scope, without=(holder, wish.role))
    refusal = last_holder_refusal(level, wish.scope.id, before, after)
    if refusal:
        raise UnableToGive(refusal)


def _groups_above(scope: Scope) -> tuple[Scope, ...]:
    """Of a management group those above it, whose owners give roles on it as well."""
    return place_of(None, scope).spot.above[1:] if scope.kind is ScopeKind.MANAGEMENT_GROUP else ()


def _note(  # noqa: PLR0913, PLR0917 - what, who, where, to whom
    action: str, office: Office, person: Person | None, wish: Wish, holder: Holder, revision: int, door: str
) -> None:
    note(
        action,
        Result.DONE,
        who=person.pk if person else None,
        door=door,
        scope=wish.scope,
        facts={**holder.facts, "role": wish.role.value, "revision": revision},
        at=office.now(),
    )
