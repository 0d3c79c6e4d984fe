"""The mapped reader: every kind of bad row and bad file with the sentence it produces; the good rest is untouched."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kvitto.usage.checks import reason_phrase
from kvitto.usage.readers.lines import LONGEST_LINE, UnableToRead
from kvitto.usage.readers.mapped import read
from kvitto.usage.record import RefusedUsage, UsageRecord
from tests.campaign import size
from tests.usage.cast import (
    GOOD,
    HEADER,
    MAPPING,
    NOW,
    job,
    mapping,
    read_bytes,
    read_lines,
    refusal_in,
    resolve,
    write_usage,
)


def test_a_good_row_becomes_a_record(tmp_path: Path) -> None:
    """Every field, in its place."""
    (record,) = read_lines(tmp_path, [GOOD])
    assert record == UsageRecord(
        subscription="harbour",
        resource="small/m1",
        meter="vm/small",
        used_at=datetime(2024, 2, 5, 10, tzinfo=UTC),
        quantity=Decimal("33.16"),
        unit="second",
        source="jobs",
        event_id="j1",
        dimensions='{"note":"night"}',
        file=str(tmp_path / "usage.csv"),
        line=2,
        sent_as="harbour",
        raw=GOOD,
    )


# ruff: noqa: E501 - a row or a sentence stands on one line
BAD_ROWS = [
    ("", "j9,2024-02-05T10:00:00Z,harbour,m1,small,33.16", "The line has fewer cells than the header: 6 instead of 7. Add the missing ones."),
    ("", GOOD + ",more", "The line has more cells than the header: 8 instead of 7. Put quotes around a cell that holds the delimiter."),
    ("", "   ", "The line has fewer cells than the header: 1 instead of 7. Add the missing ones."),
    ("", 'j9,2024-02-05T10:00:00Z,harbour,m1,small,33.16,"night', "A quote opens in this line and does not close in it. A row must stand on one line; close the quote."),
    ("", 'j9,"2024-02-05"T10:00:00Z,harbour,m1,small,33.16,night', "Text follows a closing quote. Double each quote that belongs to a cell's text."),
    ("", GOOD + "x" * LONGEST_LINE, "The line is longer than 65,536 characters. Check that the rows stand on lines of their own."),
    ("", "j9,2024-02-05T10:00:00Z,harbour,m1,small,33.16,ni\x00ght", "The line has the control character \\x00. Take it away."),
    ("", "j9,2024-02-05T10:00:00Z,harbour,m1,small,33.16,ni\x85ght", "The line has the control character \\x85. Take it away."),
    ("", "j9,2024-02-05T10:00:00Z,harbour,m1,small,33.16,ni\rght", "The line has the control character \\x0d. Take it away."),
    ("id", "j\t9,2024-02-05T10:00:00Z,harbour,m1,small,33.16,night", "The line has the control character \\x09. Take it away."),
    ("id", job(9, id=""), "“id” is empty. Every row needs it."),
    ("id", job(9, id="  "), "“id” is empty. Every row needs it."),
    ("id", job(9, id="x" * 201), "“id” has 201 characters, but at most 200 can be kept. Shorten it."),
    ("customer", job(9, customer=""), "“customer” is empty. Every row needs it."),
    ("machine", job(9, machine=""), "“machine” is empty. Every row needs it."),
    ("machine", job(9, machine=" "), "“machine” is empty. Every row needs it."),
    ("size", job(9, size=""), "“size” is empty. Every row needs it."),
    ("machine", job(9, machine="m" * 501), "“machine” has 501 characters, but at most 500 can be kept. Shorten it."),
    ("size, machine", job(9, machine="m" * 500), "“size, machine” has 506 characters, but at most 500 can be kept. Shorten it."),
    ("size", job(9, size="s" * 199), "“size” has 202 characters, but at most 200 can be kept. Shorten it."),
    ("note", job(9, note="n" * 10_000), "“note” has 10,011 characters, but at most 10,000 can be kept. Shorten it."),
    ("customer", job(9, customer="harbor"), "There is no subscription “harbor”. Add it, or add this name to what a subscription is known as, in the agreements; then import the file again."),
    ("customer", job(9, customer="Harbour"), "There is no subscription “Harbour”. Add it, or add this name to what a subscription is known as, in the agreements; then import the file again."),
    ("when", job(9, customer="mill", when="2024-02-09T23:59:59.999999Z"), "The subscription mill has no usage before 10 February 2024, the day it started. Correct the time, or the day in the agreements."),
    ("when", job(9, customer="mill", when="2024-03-10T00:00:00Z"), "The subscription mill has no usage from 10 March 2024 on, the day it ended. Correct the time, or the day in the agreements."),
    ("seconds", job(9, seconds=""), "“seconds” is empty. Every row needs it."),
    ("seconds", job(9, seconds="many"), "The quantity “many” is not a number. Write digits with a point before the decimals, without grouping and without spaces."),
    ("seconds", job(9, seconds="1_000"), "The quantity “1_000” is not a number. Write digits with a point before the decimals, without grouping and without spaces."),
    ("seconds", job(9, seconds='"1,5"'), "The quantity “1,5” is not a number. Write digits with a point before the decimals, without grouping and without spaces."),
    ("seconds", job(9, seconds=" 5"), "The quantity “ 5” is not a number. Write digits with a point before the decimals, without grouping and without spaces."),
    ("seconds", job(9, seconds="NaN"), "The quantity “NaN” is not a finite number. Send the measured quantity."),
    ("seconds", job(9, seconds="-Infinity"), "The quantity “-Infinity” is not a finite number. Send the measured quantity."),
    ("seconds", job(9, seconds="0.1234567890123456"), "The quantity 0.1234567890123456 has more than 23 digits before the point or 15 after it. Send it in another unit, or with fewer digits."),
    ("seconds", job(9, seconds="1e23"), "The quantity 1e23 has more than 23 digits before the point or 15 after it. Send it in another unit, or with fewer digits."),
    ("seconds", job(9, seconds="-1"), "The quantity -1 is negative. If this source may send corrections, set allow_negative = true in the mapping."),
    ("when", job(9, when=""), "“when” is empty. Every row needs it."),
    ("when", job(9, when="today"), "The time “today” cannot be read. Write it as in 2024-02-29T23:59:59.999Z."),
    ("when", job(9, when="2023-02-29T00:00:00Z"), "The time “2023-02-29T00:00:00Z” cannot be read. Write it as in 2024-02-29T23:59:59.999Z."),
    ("when", job(9, when="2023-10-29T03:30:00"), "The time 2023-10-29T03:30:00 comes twice in Europe/Riga, as the clocks were set back. Send it with an offset."),
    ("when", job(9, when="2023-03-26T03:30:00"), "The time 2023-03-26T03:30:00 does not exist in Europe/Riga, as the clocks were set forward. Send it with an offset."),
    ("when", job(9, when="2024-02-05T10:00:00.1234567Z"), "The time 2024-02-05T10:00:00.1234567Z is finer than a microsecond. Send it with at most six decimals."),
    ("when", job(9, customer="harbour", when="2024-03-20T00:00:00.000001Z"), "The time 2024-03-20T00:00:00.000001Z is in the future. Import the file again when it has come."),
]  # fmt: skip


@pytest.mark.parametrize(("column", "line", "sentence"), BAD_ROWS, ids=range(len(BAD_ROWS)))
def test_a_bad_row_is_refused_with_its_sentence(tmp_path: Path, column: str, line: str, sentence: str) -> None:
    """It costs itself and not its neighbours; column, sentence and line number are told."""
    refused = refusal_in(tmp_path, line)
    assert str(reason_phrase(refused.reason, refused.values)) == sentence
    assert (refused.column, refused.line) == (column, 3)


def test_a_time_without_offset_needs_a_zone(tmp_path: Path) -> None:
    """The mapping may leave the zone out; then every time must bring its own."""
    refused = refusal_in(tmp_path, job(9, when="2024-02-05T10:00:00"), MAPPING.replace('zone = "Europe/Riga"', ""))
    sentence = (
        "The time 2024-02-05T10:00:00 has no offset, and the mapping names no zone. Add zone to [time] in the mapping."
    )
    assert (refused.column, str(reason_phrase(refused.reason, refused.values))) == ("when", sentence)


def test_bytes_that_are_no_text_cost_their_own_line(tmp_path: Path) -> None:
    """They are kept visibly."""
    content = f"{HEADER}\n{job(1)}\n".encode() + b"j9,caf\xe9\n" + job(2).encode()
    before, refused, after = read_bytes(tmp_path, content)
    assert isinstance(before, UsageRecord)
    assert isinstance(after, UsageRecord)
    assert isinstance(refused, RefusedUsage)
    assert (refused.line, refused.raw) == (3, "j9,caf\\xe9")
    sentence = "The line has bytes that are not UTF-8. Save the file as UTF-8, or name its encoding in the mapping."
    assert str(reason_phrase(refused.reason, refused.values)) == sentence


def test_a_moment_that_is_now_is_not_the_future(tmp_path: Path) -> None:
    """Only what lies strictly after the clock is refused."""
    (record,) = read_lines(tmp_path, [job(9, customer="harbour", when=NOW.isoformat())])
    assert isinstance(record, UsageRecord)


def test_a_subscription_has_usage_from_its_first_to_its_last_day(tmp_path: Path) -> None:
    """The day it started is in, the day it ended is out."""
    moments = ["2024-02-10T00:00:00Z", "2024-03-09T23:59:59.999999Z"]
    rows = read_lines(tmp_path, [job(n, customer="mill", when=moment) for n, moment in enumerate(moments)])
    assert all(isinstance(row, UsageRecord) for row in rows)


def test_a_negative_quantity_is_taken_where_allowed(tmp_path: Path) -> None:
    """From a source that may send corrections."""
    (record,) = read_lines(
        tmp_path, [job(9, seconds="-1.50")], MAPPING.replace("[time]", "allow_negative = true\n[time]")
    )
    assert isinstance(record, UsageRecord)
    assert record.quantity == Decimal("-1.50")


def test_a_unit_may_stand_in_a_column(tmp_path: Path) -> None:
    """And is needed in each row then."""
    text = MAPPING.replace('unit = "second"', 'unit_column = "note"')
    record, refused = read_lines(tmp_path, [job(1, note="hour"), job(2, note="")], text)
    assert isinstance(record, UsageRecord)
    assert record.unit == "hour"
    assert isinstance(refused, RefusedUsage)
    assert (refused.column, refused.reason) == ("note", "empty")


def test_several_columns_make_one_event_id(tmp_path: Path) -> None:
    """Whatever the order in which the mapping lists them; neighbours cannot be confused; all empty is refused."""
    lines = [job(1, id="a", note="bc"), job(1, id="ab", note="c"), job(1, id="", note="")]
    there = read_lines(tmp_path, lines, MAPPING.replace('["id"]', '["id", "note"]'))
    back = read_lines(tmp_path, lines, MAPPING.replace('["id"]', '["note", "id"]'))
    assert there == back
    assert isinstance(there[0], UsageRecord)
    assert isinstance(there[1], UsageRecord)
    assert there[0].event_id != there[1].event_id
    assert isinstance(there[2], RefusedUsage)
    assert (there[2].reason, there[2].column) == ("empty", "id, note")


def test_an_unclosed_quote_does_not_swallow_the_rest(tmp_path: Path) -> None:
    """One broken line among two hundred costs one row."""
    lines = [job(n) for n in range(200)]
    lines[50] = lines[50].replace("note", '"note')
    rows = read_lines(tmp_path, lines)
    assert [isinstance(row, RefusedUsage) for row in rows] == [n == 50 for n in range(200)]


def test_half_rubbish_leaves_the_other_half(tmp_path: Path) -> None:
    """Rubbish of every kind between good lines."""
    rubbish = ['"', "\x00\x01\x02", ",,,,,,", "�" * 100, "x" * 70_000, '""""""""', "<html>", "j,j,j,j,j,j,j"]
    lines = [line for n in range(80) for line in (job(n), rubbish[n % len(rubbish)])]
    rows = read_lines(tmp_path, lines)
    assert [row.event_id for row in rows if isinstance(row, UsageRecord)] == [f"j{n}" for n in range(80)]
    assert [row.line for row in rows] == list(range(2, 162))


def test_line_numbers_are_those_of_the_file(tmp_path: Path) -> None:
    """Empty lines carry nothing and are counted."""
    rows = read_bytes(tmp_path, f"{HEADER}\n\n{job(1)}\n\n\n{job(2)}".encode())
    assert [row.line for row in rows] == [3, 6]


def test_quoted_cells_are_read_as_csv(tmp_path: Path) -> None:
    """Delimiters and doubled quotes inside quotes."""
    (record,) = read_lines(tmp_path, [job(1, note='"a ""b"", c"')])
    assert isinstance(record, UsageRecord)
    assert record.dimensions == '{"note":"a \\"b\\", c"}'


@pytest.mark.parametrize(
    "disguise",
    [
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: b"\xef\xbb\xbf" + content,
        gzip.compress,
        lambda content: b"".join(gzip.compress(content[start : start + 100]) for start in range(0, len(content), 100)),
        lambda content: content.rstrip(b"\n"),
    ],
    ids=["CRLF", "BOM", "gzip", "gzip in pieces", "no last line end"],
)
def test_other_forms_of_the_same_file_are_the_same(tmp_path: Path, disguise: Callable[[bytes], bytes]) -> None:
    """Line ends, byte order mark and compression change nothing."""
    content = "\n".join([HEADER, *(job(n, note="ziņa") for n in range(50)), ""]).encode()
    assert read_bytes(tmp_path, disguise(content)) == read_bytes(tmp_path, content)


def test_another_delimiter_and_encoding(tmp_path: Path) -> None:
    """As the mapping says."""
    text = 'delimiter = ";"\nencoding = "cp1257"\n' + MAPPING
    content = "\n".join([HEADER, job(1, note="ziņa")]).replace(",", ";").encode("cp1257")
    (record,) = read_bytes(tmp_path, content, text)
    assert isinstance(record, UsageRecord)
    assert record.dimensions == '{"note":"ziņa"}'


BAD_FILES: list[tuple[str, bytes, str]] = [
    ("usage.csv", b"", "{file} is empty. It needs at least a header line."),
    ("usage.csv", b"\n" + GOOD.encode(), "{file} has no header: its first line should name the columns. Add it, or choose the right file."),
    ("usage.csv", GOOD.encode(), "{file} lacks the columns customer, size, machine, seconds, when, id and note, which the mapping names. Its header has: j1, 2024-02-05T10:00:00Z, harbour, m1, small, 33.16 and night."),
    ("usage.csv", b"id,when,customer,machine,size,note\n", "{file} lacks the columns seconds, which the mapping names. Its header has: id, when, customer, machine, size and note."),
    ("usage.csv", f"{HEADER},note\n".encode(), "{file} has more than one column named note. Give each column a name of its own."),
    ("usage.csv", f'"{HEADER}\n'.encode(), "The header of {file} cannot be read. A quote opens in this line and does not close in it. A row must stand on one line; close the quote."),
    ("usage.csv", HEADER.encode() + b"\xe9\n", "The header of {file} cannot be read. The line has bytes that are not UTF-8. Save the file as UTF-8, or name its encoding in the mapping."),
    ("usage.csv", f"{HEADER}\r{GOOD}\r".encode(), "The header of {file} cannot be read. The line has the control character \\x0d. Take it away."),
    ("usage.csv", HEADER.encode("utf-16"), "{file} is written in UTF-16. Save it as UTF-8 and import it again."),
    ("usage.csv", b"x" * 3_000_000, "The header of {file} cannot be read. The line is longer than 65,536 characters. Check that the rows stand on lines of their own."),
    ("usage.csv.gz", f"{HEADER}\n{GOOD}\n".encode(), "{file} is cut off or damaged (Not a gzipped file). Nothing of it was taken in; fetch it again and import it again."),
    ("usage.csv.gz", gzip.compress(f"{HEADER}\n{GOOD}\n".encode())[:-12], "{file} is cut off or damaged (Compressed file ended before the end-of-stream marker was reached). Nothing of it was taken in; fetch it again and import it again."),
    ("usage.csv", gzip.compress(f"{HEADER}\n{GOOD}\n".encode()) + b"more", "{file} is cut off or damaged (Not a gzipped file (b'mo')). Nothing of it was taken in; fetch it again and import it again."),
    ("usage.csv.gz", gzip.compress(b""), "{file} is empty. It needs at least a header line."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "sentence"), BAD_FILES, ids=range(len(BAD_FILES)))
def test_a_bad_file_is_refused_whole(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    """With the sentence that says what to do."""
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(UnableToRead) as refused:
        list(read(file, mapping(tmp_path), resolve, NOW))
    assert str(refused.value) == sentence.replace("{file}", str(file))


def test_a_damaged_gzip_is_refused_whole(tmp_path: Path) -> None:
    """Wherever in its middle a byte is wrong, somebody is told before the end is reached."""
    content = gzip.compress("\n".join([HEADER, *map(job, range(500))]).encode())
    file = tmp_path / "usage.csv.gz"
    for position in range(12, len(content) - 1, len(content) // 20):
        file.write_bytes(content[:position] + bytes([content[position] ^ 0x55]) + content[position + 1 :])
        with pytest.raises(UnableToRead, match="is cut off or damaged"):
            list(read(file, mapping(tmp_path), resolve, NOW))


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    """A missing file, and a folder."""
    with pytest.raises(UnableToRead) as missing:
        list(read(tmp_path / "none.csv", mapping(tmp_path), resolve, NOW))
    assert str(missing.value) == f"There is no file {tmp_path / 'none.csv'}."
    with pytest.raises(UnableToRead) as folder:
        list(read(tmp_path, mapping(tmp_path), resolve, NOW))
    assert str(folder.value) == f"{tmp_path} is a folder. Name the files in it."


def test_a_file_with_a_header_and_no_rows_is_read(tmp_path: Path) -> None:
    """It says that there was no usage."""
    assert read_lines(tmp_path, []) == []


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)


@pytest.mark.campaign
@settings(max_examples=size(sample=60, full=10_000), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(notes=st.lists(CELL, min_size=1, max_size=5))
def test_any_note_comes_back_as_it_was_written(tmp_path: Path, notes: list[str]) -> None:
    """Whatever a CSV writer makes of it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for number, note in enumerate(notes):
        writer.writerow([*job(number).split(",")[:-1], note])
    rows = read_bytes(tmp_path, f"{HEADER}\n{text.getvalue()}".encode())
    assert [json.loads(row.dimensions)["note"] for row in rows if isinstance(row, UsageRecord)] == notes


@pytest.mark.campaign
@settings(max_examples=size(sample=100, full=50_000), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rubbish=st.binary(max_size=200), position=st.integers(0, 400))
def test_any_rubbish_costs_only_the_lines_it_touches(tmp_path: Path, rubbish: bytes, position: int) -> None:
    """Good lines before and after it are read; each line is accepted, refused or empty, and none counts twice."""
    good = "\n".join(map(job, range(1, 7))).encode() + b"\n"
    position = min(position, len(good))
    rows = read_bytes(tmp_path, HEADER.encode() + b"\n" + good[:position] + rubbish + good[position:])
    before = good[:position].count(b"\n")
    after = good[position:].count(b"\n") - (not good[:position].endswith(b"\n") and position > 0)
    read_ids = [row.event_id for row in rows if isinstance(row, UsageRecord)]
    assert read_ids[:before] == [f"j{n}" for n in range(1, before + 1)]
    if after > 1:
        last = [f"j{n}" for n in range(7 - after + 1, 7)]
        assert read_ids[-len(last) :] == last
    lines = [row.line for row in rows]
    assert lines == sorted(set(lines))


def test_ten_thousand_rows_are_read_across_blocks(tmp_path: Path) -> None:
    """No row is lost or doubled where one block of the file ends and the next begins."""
    notes = ["x" * (n % 300) for n in range(10_000)]
    file = write_usage(tmp_path, [job(n, note=note) for n, note in enumerate(notes)])
    rows = list(read(file, mapping(tmp_path), resolve, NOW))
    assert [row.line for row in rows] == list(range(2, 10_002))
    assert all(isinstance(row, UsageRecord) for row in rows)
