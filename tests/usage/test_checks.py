"""Cells: which numbers and moments are read, to the last digit, and which are refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvitto.language import LANGUAGES
from kvitto.money import QUANTITY_SENT
from kvitto.usage.checks import REASON_NAMES, Reason, Refused, read_quantity, read_time, reason_phrase, shown
from tests.campaign import size

RIGA = ZoneInfo("Europe/Riga")


def quantity(text: str, *, allow_negative: bool = False) -> Decimal:
    """The quantity in a cell."""
    return read_quantity(text, "seconds", allow_negative=allow_negative)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("33.16", "33.16"),
        ("007.50", "7.50"),
        ("+5", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e3", "1000"),
        ("1.5E-3", "0.0015"),
        ("1e-15", "0.000000000000001"),
        ("-0", "0"),
        ("0e999999999999", "0"),
        ("1e0000000000", "1"),
        ("9" * 23 + "." + "9" * 15, "9" * 23 + "." + "9" * 15),
        ("1.50000000000000000000000000", "1.5"),
    ],
)
def test_a_number_keeps_every_digit(text: str, value: str) -> None:
    """Plain and exponent forms are read exactly."""
    assert quantity(text) == Decimal(value)


@pytest.mark.parametrize("text", ["1" * 24, "0.1234567890123456", "1e23", "1e-16", "1e999999999999", "1e-999999999999"])
def test_a_number_too_wide_is_refused(text: str) -> None:
    """Nothing is rounded, and no giant number is made on the way."""
    with pytest.raises(Refused) as refused:
        quantity(text)
    assert refused.value.reason == Reason.QUANTITY_TOO_MANY_DIGITS


@pytest.mark.parametrize(
    "text", ["1_000", "1,5", " 5", "5 ", "1 000", "٣", "½", "5s", "0x10", "1e", "e5", ".", "--1", "1.2.3", "1’000"]
)
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    """Grouping, spaces, other digits and words are not guessed at."""
    with pytest.raises(Refused) as refused:
        quantity(text)
    assert refused.value.reason == Reason.QUANTITY_NOT_A_NUMBER


@pytest.mark.parametrize("text", ["NaN", "nan", "-inf", "Infinity", "+INF"])
def test_what_is_not_finite_is_refused(text: str) -> None:
    """No NaN and no infinity in any spelling."""
    with pytest.raises(Refused) as refused:
        quantity(text, allow_negative=True)
    assert refused.value.reason == Reason.QUANTITY_NOT_FINITE


def test_a_negative_quantity_needs_leave() -> None:
    """Only a mapping that allows corrections takes one."""
    assert quantity("-1.5", allow_negative=True) == Decimal("-1.5")
    with pytest.raises(Refused) as refused:
        quantity("-1.5")
    assert refused.value.reason == Reason.QUANTITY_NEGATIVE


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**22, places=15))
def test_any_number_the_store_can_hold_is_read_exactly(value: Decimal) -> None:
    """However it is written."""
    assert quantity(f"{value:f}") == value
    assert quantity(f"{value:e}") == value


@pytest.mark.campaign
@settings(max_examples=size(sample=100, full=100_000))
@given(st.text(max_size=30))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    """Never anything else, and what is read fits the store."""
    with suppress(Refused):
        assert QUANTITY_SENT.holds(quantity(text, allow_negative=True))


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("2024-02-29T23:59:59.999Z", None, datetime(2024, 2, 29, 23, 59, 59, 999000, tzinfo=UTC)),
        ("2024-02-29 23:59:59Z", None, datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)),
        ("2024-02-29t23:59:59z", None, datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)),
        ("2024-02-29T23:59Z", None, datetime(2024, 2, 29, 23, 59, tzinfo=UTC)),
        ("2024-02-29T23:59:59.1234560Z", None, datetime(2024, 2, 29, 23, 59, 59, 123456, tzinfo=UTC)),
        ("2024-03-01T01:00:00+02:00", None, datetime(2024, 2, 29, 23, 0, tzinfo=UTC)),
        ("2024-03-01T01:00:00+0200", None, datetime(2024, 2, 29, 23, 0, tzinfo=UTC)),
        ("2024-03-01T01:00:00", RIGA, datetime(2024, 2, 29, 23, 0, tzinfo=UTC)),
        ("2024-07-01T01:00:00", RIGA, datetime(2024, 6, 30, 22, 0, tzinfo=UTC)),
        ("2024-03-01", ZoneInfo("UTC"), datetime(2024, 3, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_utc(text: str, zone: ZoneInfo | None, moment: datetime) -> None:
    """With its own offset, or in the mapping's zone."""
    assert read_time(text, "when", zone) == moment


@pytest.mark.parametrize(
    ("text", "zone", "reason"),
    [
        ("", RIGA, Reason.EMPTY),
        ("yesterday", RIGA, Reason.TIME_UNREADABLE),
        ("2024-02-30T00:00:00Z", RIGA, Reason.TIME_UNREADABLE),
        ("2024-02-29T24:00:00Z", RIGA, Reason.TIME_UNREADABLE),
        ("2024-02-29T23:59:60Z", RIGA, Reason.TIME_UNREADABLE),
        ("2024-02-29T23:60:00", RIGA, Reason.TIME_UNREADABLE),
        ("2024-W09-4", RIGA, Reason.TIME_UNREADABLE),
        ("20240229", RIGA, Reason.TIME_UNREADABLE),
        ("02/29/2024", RIGA, Reason.TIME_UNREADABLE),
        (" 2024-02-29", RIGA, Reason.TIME_UNREADABLE),
        ("2024-02-29T23:59:59+25:00", RIGA, Reason.TIME_UNREADABLE),
        ("0001-01-01T00:00:00+05:00", RIGA, Reason.TIME_UNREADABLE),
        ("0000-01-01T00:00:00Z", RIGA, Reason.TIME_UNREADABLE),
        ("2024-02-29T23:59:59", None, Reason.TIME_WITHOUT_ZONE),
        ("2024-10-27T03:30:00", RIGA, Reason.TIME_AMBIGUOUS),
        ("2024-03-31T03:30:00", RIGA, Reason.TIME_SKIPPED),
        ("2024-02-29T23:59:59.1234567Z", RIGA, Reason.TIME_TOO_PRECISE),
    ],
)
def test_a_moment_that_cannot_be_told_is_refused(text: str, zone: ZoneInfo | None, reason: Reason) -> None:
    """Nothing is guessed and no digit is dropped."""
    with pytest.raises(Refused) as refused:
        read_time(text, "when", zone)
    assert refused.value.reason == reason


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001 - the offset is drawn beside it
def test_any_moment_is_read_to_its_microsecond(wall: datetime, offset: int) -> None:
    """In whatever offset it is written."""
    moment = wall.replace(tzinfo=timezone(timedelta(minutes=offset)))
    assert read_time(moment.isoformat(), "when", None) == moment
    assert read_time(moment.astimezone(UTC).isoformat().replace("+00:00", "Z"), "when", None) == moment


@pytest.mark.campaign
@settings(max_examples=size(sample=100, full=100_000))
@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_refused(text: str) -> None:
    """Never anything else."""
    with suppress(Refused):
        assert read_time(text, "when", RIGA).utcoffset() == timedelta(0)


def test_every_reason_has_a_sentence_and_a_name() -> None:
    """Also reasons to come."""
    for reason in Reason:
        assert REASON_NAMES[reason].text
        assert reason_phrase(reason.value, {}).text


def test_a_day_in_a_sentence_follows_the_language() -> None:
    """It is kept as an ISO date, and said as the reader writes dates."""
    sentence = reason_phrase("subscription-ended", {"subscription": "mill", "day": "2024-03-10"})
    assert "10 March 2024" in sentence.said_in(LANGUAGES["en"])


def test_what_a_sentence_repeats_is_visible_and_short() -> None:
    """Control characters are written out, and long cells cut."""
    assert shown("a\tb\x07") == "a\\x09b\\x07"
    assert len(shown("x" * 1000)) == 200
