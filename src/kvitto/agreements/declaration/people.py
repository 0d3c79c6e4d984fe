"""Who may sign in, the groups they form, and the management groups: the tables that stand beside the agreements."""

from __future__ import annotations

from kvitto.access.roles import roles_held_on
from kvitto.agreements.declaration.codes import time_zones
from kvitto.agreements.declaration.declared import PERSON, SERVICE_PRINCIPAL, DeclaredGroup, DeclaredPerson
from kvitto.agreements.declaration.found import Found
from kvitto.agreements.declaration.parts import TIME_ZONE
from kvitto.agreements.declaration.toml_table import Table, is_id
from kvitto.agreements.hierarchy import ManagementGroup, Scope, ScopeKind
from kvitto.agreements.tree import DEEPEST_MANAGEMENT_GROUP
from kvitto.language import LANGUAGES, phrase


def read_person(table: Table, found: Found) -> None:
    """One of the `[[people]]`."""
    person = DeclaredPerson(
        email=table.email("email"),
        name=table.text("name", required=False),
        language=table.choice("language", LANGUAGES, required=False),
        time_zone=table.choice("time_zone", time_zones(), TIME_ZONE, required=False),
        kind=table.choice("kind", (PERSON, SERVICE_PRINCIPAL), default=PERSON),
        directory=table.id("directory", required=False),
        directories=_directories(table),
    )
    table.finish()
    found.once("person", person.email, table.at("email"))
    found.people.setdefault(person.email, person)


def _directories(table: Table) -> tuple[str, ...]:
    names = table.texts("directories")
    for name, path in names:
        if not is_id(name):
            table.mistakes.wrong(path, name, phrase("the id of a directory"))
    return tuple(sorted({name for name, _ in names}))


def read_group(table: Table, found: Found) -> None:
    """One of the `[[groups]]`; the members are people of the same file."""
    group_id = found.id_of(table, "group")
    name = table.text("name")
    members = []
    for written, path in table.texts("members"):
        member = written.lower()
        if member not in found.people:
            must = phrase("the e-mail address of a person that this file lists under {people}", people="[[people]]")
            table.mistakes.wrong(path, written, must)
        members.append(member)
    table.finish()
    found.groups.setdefault(group_id, DeclaredGroup(group_id, name, tuple(sorted(set(members)))))


def read_management_group(table: Table, found: Found) -> None:
    """One of the `[[management_groups]]`; its `parent` stands before it in the file, so that no circle can arise."""
    group_id = found.id_of(table, ScopeKind.MANAGEMENT_GROUP)
    name = table.text("name")
    parent = table.id("parent", required=False)
    if parent and parent not in found.management_groups:
        table.wrong("parent", phrase("the id of one of the {groups} before it", groups="[[management_groups]]"))
        parent = ""
    scope = Scope(ScopeKind.MANAGEMENT_GROUP, group_id)
    found.roles_in(table, scope, roles_held_on(ScopeKind.MANAGEMENT_GROUP))
    table.finish()
    found.management_groups.setdefault(group_id, ManagementGroup(group_id, name, parent))
    if _depth(group_id, found) > DEEPEST_MANAGEMENT_GROUP:
        must = phrase("at most {count} levels deep", count=DEEPEST_MANAGEMENT_GROUP)
        table.mistakes.wrong(table.at("parent"), parent, must)


def _depth(group_id: str, found: Found) -> int:
    depth = 0
    while group_id in found.management_groups and depth <= DEEPEST_MANAGEMENT_GROUP:
        depth += 1
        group_id = found.management_groups[group_id].parent_id
    return depth
