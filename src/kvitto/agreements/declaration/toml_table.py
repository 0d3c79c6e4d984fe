"""Reading a TOML table key by key, with every mistake noted and reading going on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from kvitto.agreements.declaration.mistakes import Mistakes
from kvitto.language import Phrase, phrase

LONGEST_TEXT = 200
LONGEST_ID = 100
_FIRST_YEAR, _LAST_YEAR = 1970, 2999
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_EMAIL = re.compile(r"[^@\s<>()\[\],;:\"]+@[^@\s<>()\[\],;:\".]+(\.[^@\s<>()\[\],;:\".]+)+")
_LONGEST_EMAIL = 254
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_UNPRINTABLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
# Joiners that some scripts need between letters, and the soft hyphen people paste.
_ALLOWED_FORMAT = frozenset(("\u200c", "\u200d", "\u00ad"))

TEXT = phrase("a text in quotes, without line breaks and control characters, of at most 200 characters")
A_TABLE = phrase("a table")
TABLES = phrase("a list of tables")
TEXTS = phrase("a list of texts in quotes")
ID = phrase("an id of letters, digits, dots, hyphens and underscores, at most 100 of them")
EMAIL = phrase("an e-mail address such as anna@example.com")
DAY = phrase("a date such as 2024-02-05, of the years 1970 to 2999")
DECIMAL = phrase('a decimal number in quotes, such as "25.00"')
FLAG = phrase("true or false")


class Table:
    """One table of the file. Each reading gives the value, or a stand-in of its type after noting the mistake."""

    def __init__(self, values: object, path: str, mistakes: Mistakes) -> None:
        self.path, self.mistakes = path, mistakes
        self._asked: list[str] = []
        self._values: dict[str, Any] = {}
        if isinstance(values, dict):
            self._values = values
        else:
            mistakes.wrong(path, values, A_TABLE)
        self.is_table = isinstance(values, dict)

    def has(self, key: str) -> bool:
        """True if the key is written here."""
        return key in self._values

    def written_keys(self) -> list[str]:
        """The keys that are written here, in their order."""
        return list(self._values)

    def at(self, key: str) -> str:
        """The path of the key."""
        return f"{self.path}.{key}" if self.path else key

    def wrong(self, key: str, must: Phrase) -> None:
        """Note that the key's value is not what it must be."""
        self.mistakes.wrong(self.at(key), self._values[key], must)

    def finish(self) -> None:
        """Note every key that was not asked for."""
        for key in self._values:
            if key not in self._asked:
                self.mistakes.unknown(self.at(key), self._asked)

    def _value(self, key: str, must: Phrase, *, required: bool) -> Any:
        self._asked.append(key)
        if key not in self._values and required and self.is_table:
            self.mistakes.missing(self.at(key), must)
        return self._values.get(key)

    def _text(self, key: str, must: Phrase, fits: Callable[[str], bool], *, required: bool, default: str) -> str:
        value = self._value(key, must, required=required)
        if value is None:
            return default
        if not isinstance(value, str) or not fits(value):
            self.wrong(key, must)
            return default
        return value

    def text(self, key: str, *, required: bool = True, default: str = "") -> str:
        """A line of text with something in it."""
        return self._text(key, TEXT, is_line, required=required, default=default).strip()

    def id(self, key: str, *, default: str = "", required: bool = True) -> str:
        """An id that may stand in addresses of pages and names of files."""
        return self._text(key, ID, is_id, required=required and not default, default=default)

    def email(self, key: str, *, required: bool = True) -> str:
        """An e-mail address in lower case."""
        return self._text(key, EMAIL, is_email, required=required, default="").lower()

    def matching(self, key: str, pattern: str, must: Phrase, *, required: bool = True) -> str:
        """A text that matches the whole pattern."""
        return self._text(
            key, must, lambda text: re.fullmatch(pattern, text) is not None, required=required, default=""
        )

    def choice(
        self,
        key: str,
        options: Collection[str],
        must: Phrase | None = None,
        *,
        required: bool = True,
        default: str = "",
    ) -> str:
        """One of the options."""
        must = must or phrase("one of {options}", options=tuple(options))
        return self._text(key, must, lambda text: text in options, required=required and not default, default=default)

    def whole(self, key: str, lowest: int, highest: int, default: int) -> int:
        """A whole number from `lowest` to `highest`."""
        must = phrase("a whole number from {lowest} to {highest}", lowest=lowest, highest=highest)
        value = self._value(key, must, required=False)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            self.wrong(key, must)
            return default
        return value

    def flag(self, key: str) -> bool:
        """True or false; false if it is not there."""
        value = self._value(key, FLAG, required=False)
        if value is not None and not isinstance(value, bool):
            self.wrong(key, FLAG)
        return value is True

    def decimal(self, key: str, must: Phrase = DECIMAL, *, required: bool = False) -> Decimal | None:
        """An exact number: in quotes, or written bare (which is read without passing through binary)."""
        value = self._value(key, must, required=required)
        if value is None:
            return None
        if isinstance(value, str) and _DECIMAL.fullmatch(value):
            return Decimal(value)
        if isinstance(value, Decimal) and value.is_finite():
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return Decimal(value)
        self.wrong(key, must if required else DECIMAL)
        return None

    def amount(self, key: str, decimals: int) -> Decimal | None:
        """An amount above 0 with at most so many decimals; it must be there."""
        must = phrase("an amount above 0 with at most {decimals} decimals, such as “150”", decimals=decimals)
        amount = self.decimal(key, must, required=True)
        if amount is not None and (amount <= 0 or int(amount.as_tuple().exponent) < -decimals):
            self.wrong(key, must)
            return None
        return amount

    def day(self, key: str, *, required: bool = True) -> date | None:
        """A date, bare or in quotes; None if it is not there or wrong."""
        value = self._value(key, DAY, required=required)
        day = _as_day(value)
        if value is not None and day is None:
            self.wrong(key, DAY)
        return day

    def texts(self, key: str) -> list[tuple[str, str]]:
        """A list of lines of text, each with its path."""
        value = self._value(key, TEXTS, required=False)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(key, TEXTS)
            return []
        found = []
        for number, item in enumerate(value, start=1):
            path = f"{self.at(key)}[{number}]"
            if isinstance(item, str) and is_line(item):
                found.append((item, path))
            else:
                self.mistakes.wrong(path, item, TEXT)
        return found

    def table(self, key: str, *, required: bool = True) -> Table:
        """A table inside; one without values if it is missing or wrong."""
        value = self._value(key, A_TABLE, required=required)
        if value is None:
            return _Nothing(self.at(key), self.mistakes)
        return Table(value, self.at(key), self.mistakes)

    def tables(self, key: str) -> Iterator[Table]:
        """The tables of a list, numbered from 1; none if the key is not there."""
        value = self._value(key, TABLES, required=False)
        if value is None:
            return
        if not isinstance(value, list):
            self.wrong(key, TABLES)
            return
        for number, item in enumerate(value, start=1):
            yield Table(item, f"{self.at(key)}[{number}]", self.mistakes)


class _Nothing(Table):
    """Stands for a table whose absence was noted; nothing more is noted about what is not in it."""

    def __init__(self, path: str, mistakes: Mistakes) -> None:
        super().__init__({}, path, mistakes)
        self.is_table = False


def _as_day(value: object) -> date | None:
    if isinstance(value, str) and len(value) == len("2024-02-05"):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, date) or isinstance(value, datetime):
        return None
    return value if _FIRST_YEAR <= value.year <= _LAST_YEAR else None


def is_line(text: str) -> bool:
    """True for text that can stand on one line of an invoice."""
    return (
        bool(text.strip())
        and len(text) <= LONGEST_TEXT
        and all(unicodedata.category(letter) not in _UNPRINTABLE or letter in _ALLOWED_FORMAT for letter in text)
    )


def is_id(text: str) -> bool:
    """True for an id that may stand in addresses of pages and names of files."""
    return len(text) <= LONGEST_ID and _ID.fullmatch(text) is not None


def is_email(text: str) -> bool:
    """True for what has the shape of an e-mail address."""
    return len(text) <= _LONGEST_EMAIL and is_line(text) and _EMAIL.fullmatch(text) is not None
