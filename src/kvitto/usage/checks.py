"""Why a row is refused, in words a customer can act on, and the checks of one cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from kvitto.language import Phrase, phrase
from kvitto.money import QUANTITY_SENT, plain

LONGEST = {"subscription": 100, "resource": 500, "meter": 200, "unit": 50, "event_id": 200, "dimensions": 10_000}
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")  # all but the tab, which may separate cells
_CONTROL_AND_TAB = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LONGEST_VALUE = 200  # characters of a cell that a sentence repeats


class Reason(StrEnum):
    """Why a row is refused; the values are kept with the row and shown by programs."""

    MISSING_CELLS = "missing-cells"
    EXTRA_CELLS = "extra-cells"
    UNCLOSED_QUOTE = "unclosed-quote"
    MISPLACED_QUOTE = "misplaced-quote"
    LINE_TOO_LONG = "line-too-long"
    NOT_IN_ENCODING = "not-in-encoding"
    CONTROL_CHARACTER = "control-character"
    EMPTY = "empty"
    TOO_LONG = "too-long"
    SUBSCRIPTION_UNKNOWN = "subscription-unknown"
    SUBSCRIPTION_NOT_STARTED = "subscription-not-started"
    SUBSCRIPTION_ENDED = "subscription-ended"
    QUANTITY_NOT_A_NUMBER = "quantity-not-a-number"
    QUANTITY_NOT_FINITE = "quantity-not-finite"
    QUANTITY_TOO_MANY_DIGITS = "quantity-too-many-digits"
    QUANTITY_NEGATIVE = "quantity-negative"
    TIME_UNREADABLE = "time-unreadable"
    TIME_WITHOUT_ZONE = "time-without-zone"
    TIME_AMBIGUOUS = "time-ambiguous"
    TIME_SKIPPED = "time-skipped"
    TIME_TOO_PRECISE = "time-too-precise"
    IN_THE_FUTURE = "in-the-future"
    PAST_RETENTION = "past-retention"
    CONFLICT = "conflict"


_REASONS: Mapping[Reason, Phrase] = {
    Reason.MISSING_CELLS: phrase(
        "The line has fewer cells than the header: {cells} instead of {columns}. Add the missing ones."
    ),
    Reason.EXTRA_CELLS: phrase(
        "The line has more cells than the header: {cells} instead of {columns}. Put quotes around a cell that holds "
        "the delimiter."
    ),
    Reason.UNCLOSED_QUOTE: phrase(
        "A quote opens in this line and does not close in it. A row must stand on one line; close the quote."
    ),
    Reason.MISPLACED_QUOTE: phrase("Text follows a closing quote. Double each quote that belongs to a cell's text."),
    Reason.LINE_TOO_LONG: phrase(
        "The line is longer than {limit} characters. Check that the rows stand on lines of their own."
    ),
    Reason.NOT_IN_ENCODING: phrase(
        "The line has bytes that are not {encoding}. Save the file as {encoding}, or name its encoding in the mapping."
    ),
    Reason.CONTROL_CHARACTER: phrase("The line has the control character {character}. Take it away."),
    Reason.EMPTY: phrase("“{column}” is empty. Every row needs it."),
    Reason.TOO_LONG: phrase("“{column}” has {length} characters, but at most {limit} can be kept. Shorten it."),
    Reason.SUBSCRIPTION_UNKNOWN: phrase(
        "There is no subscription “{subscription}”. Add it, or add this name to what a subscription is known "
        "as, in the agreements; then import the file again."
    ),
    Reason.SUBSCRIPTION_NOT_STARTED: phrase(
        "The subscription {subscription} has no usage before {day}, the day it started. Correct the time, or "
        "the day in the agreements."
    ),
    Reason.SUBSCRIPTION_ENDED: phrase(
        "The subscription {subscription} has no usage from {day} on, the day it ended. Correct the time, or "
        "the day in the agreements."
    ),
    Reason.QUANTITY_NOT_A_NUMBER: phrase(
        "The quantity “{value}” is not a number. Write digits with a point before the decimals, without "
        "grouping and without spaces."
    ),
    Reason.QUANTITY_NOT_FINITE: phrase("The quantity “{value}” is not a finite number. Send the measured quantity."),
    Reason.QUANTITY_TOO_MANY_DIGITS: phrase(
        "The quantity {value} has more than {whole} digits before the point or {decimals} after it. Send it "
        "in another unit, or with fewer digits."
    ),
    Reason.QUANTITY_NEGATIVE: phrase(
        "The quantity {value} is negative. If this source may send corrections, set allow_negative = true in "
        "the mapping."
    ),
    Reason.TIME_UNREADABLE: phrase("The time “{value}” cannot be read. Write it as in 2024-02-29T23:59:59.999Z."),
    Reason.TIME_WITHOUT_ZONE: phrase(
        "The time {value} has no offset, and the mapping names no zone. Add zone to [time] in the mapping."
    ),
    Reason.TIME_AMBIGUOUS: phrase(
        "The time {value} comes twice in {zone}, as the clocks were set back. Send it with an offset."
    ),
    Reason.TIME_SKIPPED: phrase(
        "The time {value} does not exist in {zone}, as the clocks were set forward. Send it with an offset."
    ),
    Reason.TIME_TOO_PRECISE: phrase("The time {value} is finer than a microsecond. Send it with at most six decimals."),
    Reason.IN_THE_FUTURE: phrase("The time {value} is in the future. Import the file again when it has come."),
    Reason.PAST_RETENTION: phrase(
        "The time {value} lies before {day}. Usage of that time was kept as long as the law asks and then deleted, so "
        "nobody can tell whether this row came before."
    ),
    Reason.CONFLICT: phrase(
        "The record “{event_id}” came before with other content, in line {first_line} of {first_file}; the "
        "first one stays. Send a correction as a record of its own."
    ),
}

REASON_NAMES: Mapping[str, Phrase] = {
    Reason.MISSING_CELLS: phrase("cells are missing"),
    Reason.EXTRA_CELLS: phrase("more cells than columns"),
    Reason.UNCLOSED_QUOTE: phrase("a quote is not closed"),
    Reason.MISPLACED_QUOTE: phrase("text after a closing quote"),
    Reason.LINE_TOO_LONG: phrase("the line is too long"),
    Reason.NOT_IN_ENCODING: phrase("not in the file's encoding"),
    Reason.CONTROL_CHARACTER: phrase("a control character"),
    Reason.EMPTY: phrase("a needed cell is empty"),
    Reason.TOO_LONG: phrase("a cell is too long"),
    Reason.SUBSCRIPTION_UNKNOWN: phrase("unknown subscription"),
    Reason.SUBSCRIPTION_NOT_STARTED: phrase("before the subscription started"),
    Reason.SUBSCRIPTION_ENDED: phrase("after the subscription ended"),
    Reason.QUANTITY_NOT_A_NUMBER: phrase("the quantity is not a number"),
    Reason.QUANTITY_NOT_FINITE: phrase("the quantity is not finite"),
    Reason.QUANTITY_TOO_MANY_DIGITS: phrase("the quantity has too many digits"),
    Reason.QUANTITY_NEGATIVE: phrase("the quantity is negative"),
    Reason.TIME_UNREADABLE: phrase("the time cannot be read"),
    Reason.TIME_WITHOUT_ZONE: phrase("the time has no offset"),
    Reason.TIME_AMBIGUOUS: phrase("the time comes twice"),
    Reason.TIME_SKIPPED: phrase("the time does not exist"),
    Reason.TIME_TOO_PRECISE: phrase("the time is finer than a microsecond"),
    Reason.IN_THE_FUTURE: phrase("in the future"),
    Reason.PAST_RETENTION: phrase("of a time that is no longer kept"),
    Reason.CONFLICT: phrase("a known record with other content"),
}  # for summaries

_PLAIN_NUMBER = re.compile(r"[0-9]{1,23}(?:\.[0-9]{1,15})?")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE](?P<exponent>[+-]?[0-9]+))?")
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_UTC_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ](?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z")
_TIME = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ](?P<clock>(?:[01][0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2})?)(?:\.(?P<fraction>[0-9]{1,30}))?"
    r"(?P<offset>[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_MICROSECOND_DIGITS = 6
_LONGEST_EXPONENT = 3


class Refused(Exception):  # noqa: N818 - a row's fate, not a fault
    """A row cannot be accepted: the reason's code, the column at fault and the values of its sentence."""

    def __init__(self, reason: Reason, column: str = "", /, **values: str | int) -> None:
        super().__init__(reason)
        self.reason, self.column, self.values = reason, column, values


def reason_phrase(code: str, values: Mapping[str, object]) -> Phrase:
    """The sentence for a reason's code and values, as they are kept with a refused row."""
    readable = {name: _VALUE_KINDS.get(name, _as_it_is)(value) for name, value in values.items()}
    return Phrase(_REASONS[Reason(code)].text, readable)


def _as_it_is(value: object) -> object:
    return value


# Days are kept as ISO texts; a sentence writes them as its language does.
_VALUE_KINDS: Mapping[str, Callable[[object], object]] = {
    "day": lambda value: date.fromisoformat(str(value)),
}


def shown(text: str) -> str:
    """A cell as a sentence can repeat it: shortened, and with what cannot be printed written visibly."""
    visible = _CONTROL_AND_TAB.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
    return visible if len(visible) <= _LONGEST_VALUE else visible[: _LONGEST_VALUE - 1] + "…"


def check_id(text: str, kind: str, column: str) -> str:
    """The text, if it can name a thing of this kind (a key of `LONGEST`); raises `Refused`."""
    if not text or text.isspace():
        raise Refused(Reason.EMPTY, column, column=shown(column))
    if len(text) > LONGEST[kind]:
        raise Refused(Reason.TOO_LONG, column, column=shown(column), length=len(text), limit=LONGEST[kind])
    control = _CONTROL_AND_TAB.search(text)
    if control:
        raise Refused(Reason.CONTROL_CHARACTER, column, character=f"\\x{ord(control[0]):02x}")
    return text


def read_quantity(text: str, column: str, *, allow_negative: bool) -> Decimal:
    """The number with every digit it was written with; raises `Refused` rather than lose one."""
    if _PLAIN_NUMBER.fullmatch(text):
        return Decimal(text)
    if not text:
        raise Refused(Reason.EMPTY, column, column=shown(column))
    if _NOT_FINITE.fullmatch(text):
        raise Refused(Reason.QUANTITY_NOT_FINITE, column, value=shown(text))
    number = _NUMBER.fullmatch(text)
    if not number:
        raise Refused(Reason.QUANTITY_NOT_A_NUMBER, column, value=shown(text))
    if not Decimal(re.split("[eE]", text)[0]):
        return Decimal(0)
    # An exponent beyond any width is told from its digits, before a number of that size is made.
    too_far = len((number["exponent"] or "").lstrip("+-0")) > _LONGEST_EXPONENT
    if too_far or len(text) > _LONGEST_VALUE or not QUANTITY_SENT.holds(Decimal(text)):
        whole, decimals = QUANTITY_SENT.digits - QUANTITY_SENT.decimals, QUANTITY_SENT.decimals
        raise Refused(Reason.QUANTITY_TOO_MANY_DIGITS, column, value=shown(text), whole=whole, decimals=decimals)
    quantity = Decimal(plain(Decimal(text)))
    if quantity < 0 and not allow_negative:
        raise Refused(Reason.QUANTITY_NEGATIVE, column, value=shown(text))
    return quantity


def read_time(text: str, column: str, zone: ZoneInfo | None) -> datetime:
    """The moment in UTC, to the microsecond; raises `Refused` rather than lose a digit or guess an offset."""
    if _UTC_TIME.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError as error:
            raise Refused(Reason.TIME_UNREADABLE, column, value=shown(text)) from error
    if not text:
        raise Refused(Reason.EMPTY, column, column=shown(column))
    written = _TIME.fullmatch(text)
    if not written:
        raise Refused(Reason.TIME_UNREADABLE, column, value=shown(text))
    fraction = written["fraction"] or ""
    if fraction[_MICROSECOND_DIGITS:].strip("0"):
        raise Refused(Reason.TIME_TOO_PRECISE, column, value=shown(text))
    try:
        wall = datetime.fromisoformat(f"{written['day']}T{written['clock'] or '00:00'}")
        wall += timedelta(microseconds=int(fraction[:_MICROSECOND_DIGITS].ljust(_MICROSECOND_DIGITS, "0")))
        if written["offset"]:
            offset = datetime.fromisoformat(f"2000-01-01T00:00{written['offset'].upper()}").tzinfo
            return wall.replace(tzinfo=offset).astimezone(UTC)
        return _in_zone(wall, text, column, zone)
    except (ValueError, OverflowError) as error:
        raise Refused(Reason.TIME_UNREADABLE, column, value=shown(text)) from error


def _in_zone(wall: datetime, text: str, column: str, zone: ZoneInfo | None) -> datetime:
    if zone is None:
        raise Refused(Reason.TIME_WITHOUT_ZONE, column, value=shown(text))
    first, second = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    moment = first.astimezone(UTC)
    if first.utcoffset() != second.utcoffset():
        # A skipped time comes back from UTC as another one; a repeated time comes back as itself.
        skipped = moment.astimezone(zone).replace(tzinfo=None) != wall
        raise Refused(
            Reason.TIME_SKIPPED if skipped else Reason.TIME_AMBIGUOUS, column, value=shown(text), zone=zone.key
        )
    return moment
