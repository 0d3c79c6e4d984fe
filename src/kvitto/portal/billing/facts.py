"""A fact about a scope as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from kvitto.agreements.hierarchy import Party
from kvitto.language import Phrase


@dataclass(frozen=True)
class Fact:
    """What is called so: a value (a text, day, phrase) or a party with its address; `note` says what it means."""

    title: Phrase
    value: object = None
    party: Party | None = None
    note: Phrase | None = None
