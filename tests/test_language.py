"""Five languages: sentences with their values, numbers, dates and amounts as a reader of each writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from kvitto.language import (
    LANGUAGES,
    best_language,
    country_name,
    current_language,
    format_amount,
    format_date,
    format_moment,
    format_money,
    format_number,
    format_percent,
    format_period,
    phrase,
    phrases,
    said,
    speaking,
    unit_name,
)
from kvitto.money import EXACT, Money, plain
from kvitto.periods import Period

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (["sv-SE"], "sv"),
        (["lv_LV.UTF-8"], "lv"),
        (["de", "nl-BE", "en"], "nl"),
        (["zh-TW"], "zh-TW"),
        (["zh-Hant-HK"], "zh-TW"),
        (["zh-CN", "sv"], "sv"),
        (["zh-Hans"], "en"),
        (["fr"], "en"),
        ([], "en"),
        (["C"], "en"),
    ],
)
def test_the_first_language_that_is_spoken_is_chosen(wanted: list[str], code: str) -> None:
    """By tag, region or locale name; English if none fits."""
    assert best_language(wanted) == code


@pytest.mark.parametrize(
    ("code", "money", "percent", "day", "period", "moment"),
    [
        ("en", "1,234.50", "25%", "5 February 2024", "5 Feb\u2009\u2013\u20094 Mar 2024", "20 Mar 2024 00:00 UTC"),
        ("sv", f"1{NBSP}234,50", f"25{NBSP}%", "5 februari 2024", "5 feb.\u20134 mars 2024", "20 mars 2024 00:00 UTC"),
        (
            "lv",
            f"1{NBSP}234,50",
            "25%",
            "2024. gada 5. februāris",
            "2024. gada 5. febr. \u2013 4. marts",
            "2024. gada 20. marts 00:00 UTC",
        ),
        ("nl", "1.234,50", "25%", "5 februari 2024", "5 feb \u2013 4 mrt 2024", "20 mrt 2024 00:00 UTC"),
        ("zh-TW", "1,234.50", "25%", "2024年2月5日", "2024年2月5日至3月4日", "2024年3月20日 00:00 UTC"),
    ],
)
def test_each_language_writes_its_own_way(
    code: str, money: str, percent: str, day: str, period: str, moment: str
) -> None:
    """Amount with its currency code, percent, day, period and moment."""
    language = LANGUAGES[code]
    assert format_money(Money(Decimal("1234.5"), "USD"), language) == f"{money}{NBSP}USD"
    assert format_percent(Decimal(25), language) == percent
    assert format_date(date(2024, 2, 5), language) == day
    # CLDR changes the width of the blanks around a dash now and then; what counts are the words
    thin = str.maketrans({"\u2009": " ", "\u202f": " "})
    written = format_period(Period(date(2024, 2, 5), date(2024, 3, 5)), language)
    assert written.translate(thin) == period.translate(thin)
    assert format_moment(datetime(2024, 3, 20, tzinfo=UTC), language) == moment


def test_currencies_show_their_own_decimals() -> None:
    """At least as many as are billed, and every digit of an unrounded amount."""
    assert format_amount(Money(Decimal(12), "USD")) == "12.00"
    assert format_amount(Money(Decimal(12), "TWD")) == "12"
    assert format_amount(Money(Decimal("0.0092111111"), "USD")) == "0.0092111111"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=20))
def test_no_digit_of_a_number_is_lost(value: Decimal) -> None:
    """What a language writes can be read back to the same number."""
    for language in LANGUAGES.values():
        symbols = language.locale.number_symbols["latn"]
        text = format_number(value, language).replace(symbols["group"], "").replace(symbols["decimal"], ".")
        assert Decimal(text.replace("\N{MINUS SIGN}", "-")) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15), st.integers(0, 8))
def test_numbers_are_written_as_cldr_says(value: Decimal, decimals: int) -> None:
    """Grouped, signed and filled up as Babel does it, in every language."""
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0.#"
    for language in LANGUAGES.values():
        with localcontext(EXACT):
            number = Decimal(plain(value))
            expected = format_decimal(number, pattern, locale=language.locale, decimal_quantization=False)
        assert format_amount(Money(value, "JPY"), language, least_decimals=decimals) == expected


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 400))
def test_a_period_shows_its_last_day_and_not_its_end(start: date, length: int) -> None:
    """The end is outside; a single day stands alone."""
    period = Period(start, start + timedelta(length))
    for language in LANGUAGES.values():
        written = format_period(period, language)
        assert str(period.last_day.day) in written
        assert str(period.start.year) in written


def test_a_sentence_is_said_in_the_language_spoken_around_it() -> None:
    """The same phrase, with its values, in each reader's language."""
    sentence = phrase(
        "No invoice for {period}: there was no usage in the period.", period=Period(date(2024, 2, 1), date(2024, 3, 1))
    )
    said_by = {}
    for code in LANGUAGES:
        with speaking(code):
            assert current_language().code == code
            said_by[code] = str(sentence)
    assert len(set(said_by.values())) == len(LANGUAGES)
    assert (
        said_by["en"].replace("\u2009", " ") == "No invoice for 1\u201329 Feb 2024: there was no usage in the period."
    )
    assert current_language().code == "en"


def test_a_count_chooses_its_form() -> None:
    """One row, two rows; Latvian says 21 as it says 1."""
    forms = [
        phrases("{count} day from the invoice date", "{count} days from the invoice date", count)
        for count in (1, 2, 21)
    ]
    assert [str(form) for form in forms[:2]] == ["1 day from the invoice date", "2 days from the invoice date"]
    one, two, twenty_one = (form.said_in(LANGUAGES["lv"]) for form in forms)
    assert twenty_one == one.replace("1", "21")
    assert two.replace("2", "") != one.replace("1", "")


def test_values_inside_a_sentence_follow_the_language() -> None:
    """Lists, names of countries, phrases inside phrases and units."""
    with speaking("sv"):
        assert said(("a", "b", "c")) == "a, b och c"
        assert said(phrase("{one}", one=Decimal("0.5"))) == "0,5"
        assert country_name("LV") == "Lettland"
        assert unit_name("hour") == "timme"
        assert unit_name("parsec") == "parsec"
    assert unit_name("hour") == "hour"


def test_braces_in_a_value_are_text() -> None:
    """A name that looks like a placeholder is shown as it is."""
    assert str(phrase("There is no invoice {number}.", number="{number}")) == "There is no invoice {number}."
