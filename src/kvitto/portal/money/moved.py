"""Where a subscription that was bought online stands now, if it moved to another agreement."""

from __future__ import annotations

from dataclasses import dataclass

from kvitto.agreements.hierarchy import AgreementType, Scope
from kvitto.language import Phrase
from kvitto.portal.navigation import address_of_scope
from kvitto.portal.scope_words import AGREEMENTS
from kvitto.records.models import Person
from kvitto.records.scope_path import path_to


@dataclass(frozen=True)
class Moved:
    """The agreement it stands under now; `address` leads there, empty if the reader has no role there."""

    agreement: Phrase
    address: str


def moved_to(person: Person, subscription: Scope) -> Moved | None:
    """None of a subscription that is bought online still."""
    path = path_to(person, subscription)
    if path is None or path.agreement is AgreementType.MOSP:
        return None
    return Moved(AGREEMENTS[path.agreement], address_of_scope(path) if path.is_related else "")
