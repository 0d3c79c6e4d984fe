"""Five languages: sentences with their values, dates, numbers and amounts, as a reader of each writes them.

A sentence is a `Phrase`: an English text with `{names}`, and the values that belong there. It travels as a value from
the rule that knows what happened to the door that knows the reader, and is said there. Pages, invoices, files and
the command line read the same compiled catalogues (`locale/*/LC_MESSAGES/django.mo`).
"""

from __future__ import annotations

import gettext
import hashlib
from collections.abc import Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date as babel_date
from babel.dates import format_datetime as babel_datetime
from babel.dates import format_interval
from babel.lists import format_list
from babel.numbers import format_decimal

from kvitto.money import Money, currency_decimals, plain
from kvitto.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CATALOGUES = Path(__file__).parent / "locale"
DOMAIN = "django"


@dataclass(frozen=True)
class Language:
    """One of the languages Kvitto speaks, with the names other systems call it by."""

    code: str  # as people and settings write it (BCP 47): zh-TW
    own_name: str
    locale_name: str  # CLDR and catalogue folder
    django_code: str

    @cached_property
    def locale(self) -> Locale:
        """CLDR data for the language."""
        return Locale.parse(self.locale_name)


LANGUAGES: Mapping[str, Language] = {
    language.code: language
    for language in (
        Language("en", "English", "en_GB", "en"),
        Language("sv", "Svenska", "sv", "sv"),
        Language("lv", "Latviešu", "lv", "lv"),
        Language("nl", "Nederlands", "nl", "nl"),
        Language("zh-TW", "繁體中文", "zh_Hant_TW", "zh-hant"),
    )
}
ENGLISH = LANGUAGES["en"]
_GROUPED_BY = 3
_current: ContextVar[Language] = ContextVar("language", default=ENGLISH)


def current_language() -> Language:
    """The language that is spoken now; English unless `speaking` says otherwise."""
    return _current.get()


@contextmanager
def speaking(code: str) -> Iterator[Language]:
    """Speak this language inside the block: `str(phrase)` and the format functions follow it."""
    token = _current.set(LANGUAGES[code])
    try:
        yield LANGUAGES[code]
    finally:
        _current.reset(token)


def best_language(wanted: Sequence[str]) -> str:
    """The code of the first wanted language tag (`sv-SE`, `zh-Hant`, `lv_LV.UTF-8` …) that Kvitto speaks; else "en"."""
    for tag in wanted:
        parts = tag.split(".", maxsplit=1)[0].replace("_", "-").lower().split("-")
        if parts[0] == "zh":
            if not {"cn", "hans", "sg"} & set(parts):
                return "zh-TW"
        elif parts[0] in LANGUAGES:
            return parts[0]
    return ENGLISH.code


@cache
def _catalogue(locale_name: str) -> gettext.NullTranslations:
    if locale_name == ENGLISH.locale_name:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, CATALOGUES, languages=[locale_name.removesuffix("_TW")])


def translated(text: str, language: Language | None = None) -> str:
    """The bare text in the language (the current one if not given), with no values put in."""
    return _catalogue((language or current_language()).locale_name).gettext(text)


@dataclass(frozen=True)
class Phrase:
    """A sentence with its values, said in the current language by `str()`.

    Values may be text, numbers, `Money`, dates, moments, `Period`s, other phrases, or sequences of these; each is
    written as the language writes it.
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    plural: str = ""
    count: int = 1

    def __str__(self) -> str:
        return self.said_in(current_language())

    def __hash__(self) -> int:
        return hash((self.text, self.plural, self.count, *sorted(self.values)))

    def said_in(self, language: Language) -> str:
        """The sentence in the given language."""
        catalogue = _catalogue(language.locale_name)
        text = catalogue.ngettext(self.text, self.plural, self.count) if self.plural else catalogue.gettext(self.text)
        values = {name: said(value, language) for name, value in self.values.items()}
        return text.format_map(values) if values else text


def phrase(text: str, /, **values: object) -> Phrase:
    """A sentence to be translated: `phrase("No price for {meter} on {day}.", meter=…, day=…)`."""
    return Phrase(text, values)


def phrases(singular: str, plural: str, count: int, /, **values: object) -> Phrase:
    """A sentence that depends on a count, which it names `{count}`."""
    return Phrase(singular, {**values, "count": count}, plural, count)


def said(value: object, language: Language | None = None) -> str:  # noqa: PLR0911 - one row per kind of value
    """Any value as the language writes it inside a sentence."""
    language = language or current_language()
    match value:
        case Phrase():
            return value.said_in(language)
        case Money():
            return format_money(value, language)
        case Period():
            return format_period(value, language)
        case datetime():
            return format_moment(value, language)
        case date():
            return format_date(value, language)
        case bool() | str():
            return str(value)
        case int() | Decimal():
            return format_number(Decimal(value), language)
        case tuple() | list():
            return format_list([said(item, language) for item in value], locale=language.locale)
        case _:
            return str(value)


def format_money(money: Money, language: Language | None = None) -> str:
    """Amount and currency code together: 3,152.01 USD. An unrounded amount keeps all its decimals."""
    number = _grouped(money.amount, currency_decimals(money.currency, ""), language)
    return f"{number}\N{NO-BREAK SPACE}{money.currency}"


def format_amount(money: Money, language: Language | None = None, least_decimals: int = 0) -> str:
    """The amount alone, for columns whose head names the currency; with at least the decimals of the currency."""
    return _grouped(money.amount, max(least_decimals, currency_decimals(money.currency, "")), language)


def format_number(value: Decimal, language: Language | None = None) -> str:
    """A quantity or price with every digit it has, grouped as the language does."""
    return _grouped(value, 0, language)


def _grouped(value: Decimal, least_decimals: int, language: Language | None) -> str:
    # As Babel writes it, which takes ten times as long; a page holds thousands of numbers.
    marks = _marks((language or current_language()).locale_name)
    text = plain(value)
    whole, _, decimals = text.removeprefix("-").partition(".")
    first = len(whole) % _GROUPED_BY or _GROUPED_BY
    groups = [whole[:first], *(whole[at : at + _GROUPED_BY] for at in range(first, len(whole), _GROUPED_BY))]
    decimals = decimals.ljust(least_decimals, "0")
    number = f"{marks.group.join(groups)}{marks.decimal}{decimals}" if decimals else marks.group.join(groups)
    return f"{marks.minus}{number}" if text.startswith("-") else number


@dataclass(frozen=True)
class _Marks:
    """What stands before, between and behind the digits of a number."""

    minus: str
    group: str
    decimal: str


@cache
def _marks(locale_name: str) -> _Marks:
    """Those of a language, from an example: every language of ours groups by three."""
    example = format_decimal(Decimal("-1234567.5"), format="#,##0.#", locale=locale_name)
    minus, _, rest = example.partition("1")
    group, _, rest = rest.partition("234")
    return _Marks(minus, group, rest.partition("567")[2].removesuffix("5"))


def format_percent(rate: Decimal, language: Language | None = None) -> str:
    """A rate given in percent (25 → "25 %", "25%")."""
    locale = (language or current_language()).locale
    return str(locale.percent_formats[None].pattern).replace("#,##0", format_number(rate, language))


def format_date(day: date, language: Language | None = None) -> str:
    """A day with its month by name: 5 February 2024."""
    return _date(day, "long", (language or current_language()).locale_name)


def format_short_date(day: date, language: Language | None = None) -> str:
    """A day for narrow places, month by short name: 5 Feb 2024."""
    return _date(day, "medium", (language or current_language()).locale_name)


@lru_cache(maxsize=5_000)
def _date(day: date, form: Literal["long", "medium"], locale_name: str) -> str:
    return babel_date(day, format=form, locale=locale_name)


def format_period(period: Period, language: Language | None = None) -> str:
    """First and last day of the period: 5 Feb – 4 Mar 2024; a single day alone."""
    if period.length_in_days == 1:
        return format_short_date(period.start, language)
    return _interval(period.start, period.last_day, (language or current_language()).locale_name)


@lru_cache(maxsize=5_000)
def _interval(first: date, last: date, locale_name: str) -> str:
    return format_interval(first, last, skeleton="yMMMd", locale=locale_name)


def format_moment(moment: datetime, language: Language | None = None, zone: str = "UTC") -> str:
    """A moment in a time zone, with the zone named: 20 Mar 2024 00:00 UTC."""
    locale = (language or current_language()).locale
    pattern = f"{locale.date_formats['medium'].pattern} HH:mm"
    local = babel_datetime(moment, pattern, tzinfo=ZoneInfo(zone), locale=locale)
    name = zone if zone == "UTC" else babel_datetime(moment, "z", tzinfo=ZoneInfo(zone), locale=locale)
    return f"{local} {name}"


_UNITS: Mapping[str, Phrase] = {
    "second": phrase("second"),
    "minute": phrase("minute"),
    "hour": phrase("hour"),
    "day": phrase("day"),
    "month": phrase("month"),
    "gigabyte": phrase("gigabyte"),
    "gigabyte-hour": phrase("gigabyte-hour"),
    "gigabyte-month": phrase("gigabyte-month"),
    "request": phrase("request"),
}


def unit_name(unit: str, language: Language | None = None) -> str:
    """What the language calls a usual unit of measure; a unit of the office's own stays as it is written."""
    known = _UNITS.get(unit)
    return known.said_in(language or current_language()) if known else unit


def country_name(code: str, language: Language | None = None) -> str:
    """The country with this ISO 3166 alpha-2 code; the code itself if CLDR does not know it."""
    return str((language or current_language()).locale.territories.get(code, code))


def language_name(named: Language, language: Language | None = None) -> str:
    """What one language calls another: Swedish calls Latvian "lettiska"."""
    key = named.locale_name.removesuffix("_TW") if named.locale.script else named.locale.language
    return str((language or current_language()).locale.languages.get(key, named.own_name))


def catalogue_digest(language: Language) -> str:
    """Which translations the language has now: the digest of its compiled catalogue, or "none" for English."""
    path = CATALOGUES / language.locale_name.removesuffix("_TW") / "LC_MESSAGES" / f"{DOMAIN}.mo"
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" if path.is_file() else "none"
