"""Whether the audit trail is as it was written: every entry there, unchanged, in its place.

What is found, and by what: an entry that was changed, left out, put in or moved breaks the chain at its number. Entries
cut off at the end are found by the head that the database keeps in another table, and, if that was set back too, by
the heads that were written down outside the database (*witnesses*): the file `audit-head` in the office's home, and
those that an auditor noted. What no witness has seen yet can be cut off unseen by whoever may write to the database
and knows how the chain is made; such a person could also write a new chain from any entry on, and only a witness of a
later entry would tell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kvitto.language import Phrase, phrase
from kvitto.records.audit import FIRST_PREVIOUS, Head, digest_of, latest_head
from kvitto.records.models import AuditEntry

_AT_ONCE = 2000


@dataclass(frozen=True)
class AuditFault:
    """What is wrong, at the number of an entry. `kind`: "changed", "missing", "added", "chain"."""

    number: int
    kind: str
    sentence: Phrase


@dataclass(frozen=True)
class AuditReport:
    """How many entries were read, the head they end with, and what is wrong with them."""

    entries: int
    head: Head
    faults: tuple[AuditFault, ...]


def verify(witnesses: Sequence[Head] = ()) -> AuditReport:
    """Read the whole trail and compare it with its chain, its head and these witnesses.

    Nobody has to wait for it: entries that are added meanwhile are read or not, and never mistaken for a fault.
    """
    before = latest_head()
    walk = _Walk([before, *witnesses])
    entries = AuditEntry.objects.order_by("number").iterator(_AT_ONCE)
    faults = [fault for entry in entries for fault in walk.to(entry)]
    faults.extend(walk.end(latest_head()))
    return AuditReport(walk.entries, Head(walk.number, walk.digest), tuple(faults))


class _Walk:
    """Goes along the entries, knowing the number and the digest of the one before."""

    def __init__(self, witnesses: Iterable[Head]) -> None:
        self.entries, self.number, self.digest = 0, 0, FIRST_PREVIOUS
        self.witnesses: dict[int, set[str]] = defaultdict(set)
        for witness in witnesses:
            if witness.number:
                self.witnesses[witness.number].add(witness.digest)

    def to(self, entry: AuditEntry) -> Iterator[AuditFault]:
        """What is wrong with the next entry."""
        missing = entry.number - self.number - 1
        if entry.number < 1:
            yield AuditFault(entry.number, "added", phrase("Entry {number} was added.", number=str(entry.number)))
        elif missing:
            yield _missing(self.number + 1, entry.number - 1)
        elif digest_of(entry, self.digest) != entry.digest:
            yield self._broken(entry)
        if self.witnesses.pop(entry.number, {entry.digest}) != {entry.digest}:
            yield AuditFault(
                entry.number,
                "chain",
                phrase(
                    "Entry {number} is not the one whose digest was kept elsewhere: the trail up to it was written"
                    " again.",
                    number=str(entry.number),
                ),
            )
        self.entries, self.number, self.digest = self.entries + 1, entry.number, entry.digest

    def _broken(self, entry: AuditEntry) -> AuditFault:
        sentence = phrase(
            "Entry {number} was changed, or the one before it together with its digest.", number=str(entry.number)
        )
        return AuditFault(entry.number, "changed", sentence)

    def end(self, kept: Head) -> Iterator[AuditFault]:
        """What is wrong with the end of the trail, by what no entry was found for, and by the head."""
        latest = max(self.witnesses, default=0)
        if latest > self.number:
            yield _missing(self.number + 1, latest)
        elif kept.number < self.number:
            yield AuditFault(
                self.number,
                "added",
                phrase(
                    "The trail goes on to entry {number}, but entry {head} was kept as its last one: entries were"
                    " added, or what was kept was set back.",
                    number=str(self.number),
                    head=str(kept.number),
                ),
            )


def _missing(first: int, last: int) -> AuditFault:
    if first == last:
        return AuditFault(first, "missing", phrase("Entry {number} is missing.", number=str(first)))
    sentence = phrase("Entries {first} to {last} are missing.", first=str(first), last=str(last))
    return AuditFault(first, "missing", sentence)
