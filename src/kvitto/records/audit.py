"""The audit trail: what was done, allowed and refused, in one gap-free row of entries, each chained to the one before.

`note` belongs at the end of the caller's transaction: what happened and its entry are then written together or not at
all. From that call until the transaction ends nobody else can add an entry, so whoever does much notes it all at once
(`note_many`) after the work, not an entry before each piece.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from kvitto.agreements.hierarchy import Scope
from kvitto.periods import midnight
from kvitto.records.models import AuditEntry, OfficeFact

HEAD = "audit_head"
FIRST_PREVIOUS = "0" * 64  # what stands in place of a digest before the first entry
_SALT = "audit_salt"
_AT_ONCE = 500
_LONGEST_ID = 100
_WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

Fact = str | int | bool | None


class Door(StrEnum):
    """Through which door it came."""

    PORTAL = "portal"
    COMMAND = "command"
    RUN = "run"


class Result(StrEnum):
    """How it ended. Not found: there is no such thing, or none that this person may know of."""

    DONE = "done"
    ALLOWED = "allowed"
    REFUSED = "refused"
    NOT_FOUND = "not-found"


@dataclass(frozen=True)
class Note:
    """One thing that happened, before it has its number.

    `action` is noun and verb: "document.download", "role.grant". `who` is a person's random id; None for the operator
    and for somebody unknown. `facts` hold ids, codes and digests; a text with an @ in it, or longer
    than any id, is kept as a salted hash.
    """

    action: str
    outcome: str
    door: str
    at: datetime
    who: UUID | str | None = None
    scope: Scope | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True)
class Head:
    """The latest entry: its number and its digest; number 0 before the first."""

    number: int
    digest: str


def note(  # noqa: PLR0913 - what, how, who, where and when
    action: str,
    outcome: str,
    *,
    who: UUID | str | None = None,
    door: str,
    scope: Scope | None = None,
    facts: Mapping[str, Fact] | None = None,
    at: datetime,
) -> Head:
    """Add one entry, inside the caller's transaction if there is one; see `Note`. The head of the trail after it."""
    return note_many([Note(action, outcome, door, at, who, scope, facts or {})])


def note_many(notes: Iterable[Note]) -> Head:
    """Add entries in this order, inside the caller's transaction if there is one; the head of the trail after them."""
    rest = iter(notes)
    with transaction.atomic():
        kept = _locked_head()
        head = read_head(kept.value)
        while batch := list(islice(rest, _AT_ONCE)):
            entries = []
            for each in batch:
                entry = _entry(each, head)
                entries.append(entry)
                head = Head(entry.number, entry.digest)
            AuditEntry.objects.bulk_create(entries)
        if head != read_head(kept.value):
            OfficeFact.objects.filter(name=HEAD).update(value=f"{head.number} {head.digest}")
    return head


def latest_head() -> Head:
    """The head that the database keeps beside the trail."""
    value = OfficeFact.objects.filter(name=HEAD).values_list("value", flat=True).first()
    return read_head(value or "")


def read_head(text: str) -> Head:
    """The head as it is written in one line: number, blank, digest. Text that is none gives the head of no trail."""
    number, _, digest = text.strip().partition(" ")
    return Head(int(number), digest) if number.isascii() and number.isdigit() and digest else Head(0, FIRST_PREVIOUS)


def digest_of(entry: AuditEntry, previous: str) -> str:
    """SHA-256 of the digest before and the entry as canonical JSON."""
    told: dict[str, Fact] = {
        "number": entry.number,
        "happened_at": entry.happened_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "who": entry.who,
        "door": entry.door,
        "action": entry.action,
        "outcome": entry.outcome,
        "scope_kind": entry.scope_kind,
        "scope_key": entry.scope_key,
        "facts": entry.facts,
    }
    return hashlib.sha256(f"{previous}\n{_canonical(told)}".encode()).hexdigest()


def entries(
    *, scope: str | None = None, who: UUID | str | None = None, since: date | None = None
) -> QuerySet[AuditEntry]:
    """Entries, newest first: of things with this id, of what this person did or was given, from this UTC day on."""
    found = AuditEntry.objects.order_by("-number")
    if scope is not None:
        found = found.filter(scope_key=scope)
    if who is not None:
        found = found.filter(who=str(who)) | found.filter(facts__contains=f'"person":"{who}"')
    if since is not None:
        found = found.filter(happened_at__gte=midnight(since))
    return found


def salted(text: str) -> str:
    """A hash that says nothing by itself, the same for the same text in this office: its salt is the office's own."""
    salt, _ = OfficeFact.objects.get_or_create(name=_SALT, defaults={"value": secrets.token_hex(32)})
    return hmac.new(bytes.fromhex(salt.value), text.strip().lower().encode(), "sha256").hexdigest()


def _entry(wanted: Note, head: Head) -> AuditEntry:
    entry = AuditEntry(
        number=head.number + 1,
        happened_at=wanted.at.astimezone(UTC),
        who=str(wanted.who or ""),
        door=str(wanted.door),
        action=wanted.action,
        outcome=str(wanted.outcome),
        scope_kind=wanted.scope.kind.value if wanted.scope else "",
        scope_key=str(_short(wanted.scope.id)) if wanted.scope else "",
        facts=_canonical({name: _nameless(value) for name, value in wanted.facts.items()}),
    )
    entry.digest = digest_of(entry, head.digest)
    return entry


def _nameless(value: Fact) -> Fact:
    return f"sha256:{salted(value)}" if isinstance(value, str) and "@" in value else _short(value)


def _short(value: Fact) -> Fact:
    """What somebody typed into an address may be longer than any id, or hold what a database does not keep."""
    if isinstance(value, str) and (len(value) > _LONGEST_ID or not value.isprintable()):
        return f"sha256:{salted(value)}"
    return value


def _canonical(value: Mapping[str, Fact]) -> str:
    return _WRITER.encode(value)


def _locked_head() -> OfficeFact:
    """The row of the head, held until the transaction ends; SQLite's immediate transaction holds the whole database."""
    locked = OfficeFact.objects.select_for_update().filter(name=HEAD)
    found = locked.first()
    if found is None:
        OfficeFact.objects.get_or_create(name=HEAD, defaults={"value": ""})
        found = locked.get()
    return found
