"""What somebody typed into the search, made harmless."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce

from django.db.models import Q

LONGEST = 200
_MOST_WORDS = 8


@dataclass(frozen=True)
class Asked:
    """The text as typed, shortened and without what nobody types, and its words."""

    text: str

    @classmethod
    def typed(cls, text: str) -> Asked:
        """From a query string, whatever it holds."""
        printable = "".join(letter if letter.isprintable() else " " for letter in text[:LONGEST])
        return cls(" ".join(printable.split()))

    @property
    def words(self) -> tuple[str, ...]:
        """The words all of which must be found."""
        return tuple(self.text.split()[:_MOST_WORDS])

    @property
    def number(self) -> str:
        """As the number of an invoice would be written; empty if it cannot be one."""
        number = self.text.upper().replace(" ", "")
        return number if re.search(r"\d", number) else ""

    def is_in(self, *texts: str) -> bool:
        """True if every word stands somewhere in these texts."""
        together = " ".join(texts).casefold()
        return bool(self.words) and all(word.casefold() in together for word in self.words)

    def begins_words_of(self, *texts: str) -> bool:
        """True if every word is the beginning of a word of these texts."""
        known = " ".join(texts).casefold().replace(",", " ").split()
        return bool(self.words) and all(any(one.startswith(word.casefold()) for one in known) for word in self.words)

    def within(self, *columns: str) -> Q:
        """Every word stands in one of these columns, in any case."""
        return reduce(lambda wanted, word: wanted & _anywhere(word, columns), self.words, Q())


def _anywhere(word: str, columns: tuple[str, ...]) -> Q:
    """SQLite knows the two cases of A to Z only, so other letters are asked for in each way they may be written."""
    written = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
    either = Q()
    for column in columns:
        for spelling in written:
            either |= Q(**{f"{column}__icontains": spelling})
    return either
