"""What a person lets the office write to them about. Messages about their sign-in are no choice."""

from __future__ import annotations

from collections.abc import Iterable

from kvitto.records.models import Person

MESSAGE_KINDS = ("statement-ready", "past-due")
_KEY = "messages"


def chosen_kinds(person: Person) -> frozenset[str]:
    """The kinds of messages the person wants; nobody is written to unasked."""
    kept = person.preferences.get(_KEY, [])
    return frozenset(MESSAGE_KINDS).intersection(kept if isinstance(kept, list) else ())


def choose_kinds(person: Person, kinds: Iterable[str]) -> None:
    """Remember the kinds the person wants, from now on; what is no kind is left out."""
    wanted = set(kinds)
    person.preferences = {**person.preferences, _KEY: [kind for kind in MESSAGE_KINDS if kind in wanted]}
    person.save(update_fields=["preferences"])
