"""Mistakes in a file: where each stands, what was found, what it must be. All of them are told at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase, phrases

_LONGEST_SHOWN = 60


class UnableToReadAgreements(UnableTo):
    """The file is not an agreements file, or holds mistakes; `mistakes` has one sentence each, in order of the file."""

    def __init__(self, mistakes: Sequence[Phrase]) -> None:
        self.mistakes = tuple(mistakes)
        last = phrases(
            "Nothing was changed: the file has {count} mistake.",
            "Nothing was changed: the file has {count} mistakes.",
            len(self.mistakes),
        )
        super().__init__(lines_of((*self.mistakes, last)))


def lines_of(sentences: Sequence[Phrase]) -> Phrase:
    """The sentences as one phrase, each on a line of its own."""
    names = [f"line_{number}" for number in range(len(sentences))]
    return Phrase("\n".join(f"{{{name}}}" for name in names), dict(zip(names, sentences, strict=True)))


class Mistakes:
    """Collects the mistakes of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Phrase] = []

    def wrong(self, path: str, value: object, must: Phrase) -> None:
        """The value at the path is not what it must be."""
        self.found.append(
            phrase(
                "{file}: {path} is {found}, but must be {must}.",
                file=self.file,
                path=path,
                found=shown(value),
                must=must,
            )
        )

    def missing(self, path: str, must: Phrase) -> None:
        """There is no value at the path."""
        self.found.append(phrase("{file}: {path} is missing; it must be {must}.", file=self.file, path=path, must=must))

    def unknown(self, path: str, known: Sequence[str]) -> None:
        """The key at the path is none that may stand there."""
        self.found.append(
            phrase(
                "{file}: {path} is unknown; the keys that may stand there are {known}.",
                file=self.file,
                path=path,
                known=tuple(known),
            )
        )

    def repeated(self, path: str, value: str, first: str) -> None:
        """The value at the path was used before at another path, and may be used once only."""
        self.found.append(
            phrase(
                "{file}: {path} is “{value}”, which already stands at {first}; it may be used only once.",
                file=self.file,
                path=path,
                value=value,
                first=first,
            )
        )


def shown(value: object) -> str:
    """A value as it may stand in a file, cut short if it is long."""
    match value:
        case bool():
            text = str(value).lower()
        case str():
            text = f"“{value}”"
        case datetime() | date():
            text = value.isoformat()
        case Decimal() | int():
            text = str(value)
        case dict():
            text = "{…}"
        case list():
            text = "[…]"
        case _:
            text = str(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
