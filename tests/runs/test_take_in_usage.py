"""Taking usage in: what is accepted, known, refused and kept, however the rows are cut and ordered."""

from __future__ import annotations

import csv
import gzip
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kvitto.agreements.hierarchy import Subscription
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.periods import month_named
from kvitto.runs.office import Office
from kvitto.usage.mapping import UnableToMap
from kvitto.usage.store import daily_sums, raw_rows
from tests.usage.cast import (
    HEADER,
    NOW,
    job,
    record_subscriptions,
    store_content,
    write_mapping,
    write_usage,
)

ROOT = Path(__file__).parent.parent.parent
DEMO = ROOT / "src" / "kvitto" / "demo" / "files"
MakeOffice = Callable[..., Office]


@pytest.fixture
def jobs_office(office: MakeOffice) -> Office:
    """An office that knows the subscriptions, on 20 March 2024."""
    record_subscriptions()
    return office(clock=NOW)


def take_in(office: Office, *files: Path, **options: Any) -> Any:
    """Take in files with the usual mapping; the reports."""
    from kvitto.runs.take_in_usage import take_in

    return take_in(office, write_mapping(office.home), files, **options)


def rows(office: Office) -> list[list[str]]:
    """All rows of the store."""
    content: list[list[str]] = store_content(office)["rows"]
    return content


def imports() -> list[tuple[int, int, int, int]]:
    """What every import so far says it did."""
    from kvitto.records.models import UsageImport

    counts = ("accepted", "duplicates", "refused", "refused_before")
    return list(UsageImport.objects.order_by("pk").values_list(*counts))


def refusals(**options: Any) -> list[tuple[int, str, str, bool]]:
    """Line, column, sentence and fate of the refused rows."""
    from kvitto.records.refused_rows import list_refused

    entries = list_refused(**options)
    return [(entry.line, entry.column, str(entry.sentence), entry.settled) for entry in entries]


def test_good_rows_are_accepted_and_can_be_read_back(jobs_office: Office, tmp_path: Path) -> None:
    """Each row once, with every digit, under the id of its subscription."""
    from kvitto.records.usage_files import manifest

    (report,) = take_in(jobs_office, write_usage(tmp_path, map(job, range(100))))
    assert (report.accepted, report.duplicates, report.refused, report.sequence) == (100, 0, 0, 100)
    files = [jobs_office.usage_folder / path for path in manifest(["2024-02"], ["harbour", "mill"])]
    february = month_named("2024-02")
    read = list(raw_rows(files, ["harbour", "mill"], february))
    assert len(read) == 100
    assert sum(quantity for *_, quantity, _ in read) == sum(Decimal(f"{n}.{n:02d}") for n in range(100))
    moment = datetime(2024, 2, 16, 5, 30, 0, 5000, tzinfo=UTC)
    assert ("harbour", "large/m5", "vm/large", moment, Decimal("5.05"), "second") in read
    assert {subscription for subscription, *_ in raw_rows(files, ["mill"], february)} == {"mill"}
    sums = list(daily_sums(files, ["harbour", "mill"], february))
    assert sum(count for *_, count in sums) == 100
    assert sum(quantity for *_, quantity, _ in sums) == sum(quantity for *_, quantity, _ in read)


def test_the_same_file_twice_changes_nothing(jobs_office: Office, tmp_path: Path) -> None:
    """The second time every row is known."""
    file = write_usage(tmp_path, [*map(job, range(50)), "rubbish"])
    take_in(jobs_office, file)
    before = store_content(jobs_office)
    (report,) = take_in(jobs_office, file)
    assert (report.accepted, report.duplicates, report.refused, report.refused_before) == (0, 50, 1, 1)
    assert store_content(jobs_office) == before
    assert imports() == [(50, 0, 1, 0), (0, 50, 1, 1)]


@pytest.mark.parametrize("seed", range(3))
def test_cut_and_shuffled_rows_come_to_the_same(jobs_office: Office, tmp_path: Path, seed: int) -> None:
    """Ten pieces in any order, in files of any form, some of them twice: the same rows and the same sequence."""
    lines = list(map(job, range(200)))
    chance = random.Random(seed)  # noqa: S311 - no secret
    chance.shuffle(lines)
    pieces = [write_usage(tmp_path, lines[n::10], f"piece{n}.csv") for n in range(10)]
    pieces[3].write_bytes(gzip.compress(pieces[3].read_bytes().replace(b"\n", b"\r\n")))
    take_in(jobs_office, *pieces, pieces[5])
    assert store_content(jobs_office)["sequence"] == 200
    assert [row[7] for row in sorted(rows(jobs_office), key=lambda row: int(row[7][1:]))] == [
        f"j{n}" for n in range(200)
    ]


def test_one_file_and_ten_make_the_same_store(office: MakeOffice, tmp_path: Path) -> None:
    """Row for row, digest for digest."""
    from kvitto.records.models import UsageFile

    record_subscriptions()
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    contents = []
    for home, pieces in ((whole, 1), (cut, 10)):
        (home / "usage-store").mkdir(parents=True)
        files = [
            write_usage(home, [job(n) for n in range(start, 200, pieces)], f"{start}.csv") for start in range(pieces)
        ]
        one = replace(office(clock=NOW), home=home)
        take_in(one, *files)
        contents.append(store_content(one))
        _forget_usage()
    assert UsageFile.objects.count() == 0
    assert contents[0] == contents[1]
    assert len(contents[0]["rows"]) == 200


def _forget_usage() -> None:
    from kvitto.records.models import UsageBatch, UsageFile, UsageImport

    for model in (UsageFile, UsageBatch, UsageImport):
        model.objects.all().delete()


def test_rows_of_the_future_come_in_when_the_time_has_come(jobs_office: Office, tmp_path: Path) -> None:
    """Refused today, kept; accepted later, and then no longer listed."""
    moment = (NOW + timedelta(days=1)).isoformat().replace("+00:00", "Z")
    file = write_usage(tmp_path, [job(1), job(3, when=moment), job(2)])
    (today,) = take_in(jobs_office, file)
    assert (today.accepted, today.refused, today.refused_by_reason) == (2, 1, {"in-the-future": 1})
    sentence = f"The time {moment} is in the future. Import the file again when it has come."
    assert refusals() == [(3, "when", sentence, False)]
    (later,) = take_in(replace(jobs_office, clock=NOW + timedelta(days=2)), file)
    assert (later.accepted, later.duplicates, later.refused) == (1, 2, 0)
    assert refusals() == []
    assert refusals(settled_too=True) == [(3, "when", sentence, True)]


def test_a_conflict_leaves_the_first_and_says_where_it_is(jobs_office: Office, tmp_path: Path) -> None:
    """The same id with other content, in the same file or in a later one."""
    first = write_usage(tmp_path, [job(1), job(2), job(1, seconds="99")], "first.csv")
    take_in(jobs_office, first)
    second = write_usage(tmp_path, [job(2, note="other"), job(2), job(3)], "second.csv")
    (report,) = take_in(jobs_office, second)
    assert (report.accepted, report.duplicates, report.refused) == (1, 1, 1)
    sentence = (
        "The record “{}” came before with other content, in line {} of {}; the first one stays. "
        "Send a correction as a record of its own."
    )
    assert refusals() == [
        (4, "id", sentence.format("j1", 2, first), False),
        (2, "id", sentence.format("j2", 3, first), False),
    ]
    assert [row[4] for row in rows(jobs_office) if row[7] == "j1"] == ["1.010000000000000"]


def test_equal_content_in_other_words_is_known(jobs_office: Office, tmp_path: Path) -> None:
    """A quantity with more zeros, or a moment in another zone, is no other content."""
    take_in(jobs_office, write_usage(tmp_path, [job(1, when="2024-02-12T10:00:00Z", seconds="1.50")], "a.csv"))
    again = write_usage(tmp_path, [job(1, when="2024-02-12T12:00:00", seconds="15e-1")], "b.csv")
    (report,) = take_in(jobs_office, again)
    assert (report.duplicates, report.refused) == (1, 0)


def test_the_id_counts_over_all_months_and_subscriptions(jobs_office: Office, tmp_path: Path) -> None:
    """A record cannot come again under another month or customer."""
    take_in(jobs_office, write_usage(tmp_path, [job(1, when="2024-02-12T10:00:00Z", customer="harbour")], "a.csv"))
    again = [
        job(1, when="2024-03-01T10:00:00Z", customer="harbour"),
        job(1, when="2024-02-12T10:00:00Z", customer="mill"),
    ]
    (report,) = take_in(jobs_office, write_usage(tmp_path, again, "b.csv"))
    assert report.refused_by_reason == {"conflict": 2}


def test_sources_have_ids_of_their_own(jobs_office: Office, tmp_path: Path) -> None:
    """The same id from another sender is another record."""
    from kvitto.runs.take_in_usage import take_in as take

    file = write_usage(tmp_path, [job(1)])
    take_in(jobs_office, file)
    other = write_mapping(
        jobs_office.home, write_mapping(jobs_office.home).read_text().replace('"jobs"', '"others"', 1)
    )
    (report,) = take(jobs_office, other, [file])
    assert report.accepted == 1


def test_a_refused_row_is_kept_once_per_occurrence(jobs_office: Office, tmp_path: Path) -> None:
    """Two equal bad lines of a file are two rows, also when the file comes again."""
    file = write_usage(tmp_path, ["bad", job(1), "bad", "worse"])
    take_in(jobs_office, file)
    (again,) = take_in(jobs_office, file)
    assert [line for line, *_ in refusals()] == [2, 4, 5]
    assert (again.refused, again.refused_before) == (3, 3)


def test_a_row_refused_for_another_reason_tells_the_new_one(jobs_office: Office, tmp_path: Path) -> None:
    """It stays one row."""
    line = job(1, customer="newcomer", when="2024-03-21T00:00:00Z")
    take_in(jobs_office, write_usage(tmp_path, [line]))
    assert "There is no subscription “newcomer”" in refusals()[0][2]
    newcomer = Subscription("newcomer", "account", "New", Offer(OfferKind.PAY_AS_YOU_GO), date(2024, 3, 1))
    record_subscriptions([newcomer])
    (report,) = take_in(jobs_office, write_usage(tmp_path, ["", line]))
    assert report.refused_before == 1
    ((line_number, _, sentence, _),) = refusals()
    assert (line_number, "in the future" in sentence) == (3, True)


def test_a_row_known_from_another_file_is_no_longer_open(jobs_office: Office, tmp_path: Path) -> None:
    """Refused first, then sent again in other words, then itself: its usage is in."""
    from kvitto.records.models import RefusedRow

    line = job(3, when="2024-03-21T00:00:00Z")
    take_in(jobs_office, write_usage(tmp_path, [line], "a.csv"))
    later = replace(jobs_office, clock=NOW + timedelta(days=9))
    take_in(later, write_usage(tmp_path, [job(2), job(3, when="2024-03-21T02:00:00+02:00")], "b.csv"))
    assert len(refusals()) == 1
    take_in(later, write_usage(tmp_path, [line], "a.csv"))
    assert refusals() == []
    assert RefusedRow.objects.get().accepted_in_id == 2


def test_a_bad_file_changes_nothing_and_the_others_come_in(jobs_office: Office, tmp_path: Path) -> None:
    """The error tells of all of them."""
    from kvitto.runs.take_in_usage import UnableToTakeIn

    good, more = write_usage(tmp_path, [job(1)], "good.csv"), write_usage(tmp_path, [job(2)], "more.csv")
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress("\n".join([HEADER, *map(job, range(5000)), "bad"]).encode())[:-9])
    with pytest.raises(UnableToTakeIn) as unable:
        take_in(jobs_office, good, cut, more, tmp_path / "none.csv")
    assert [report.accepted for report in unable.value.reports] == [1, 0, 1, 0]
    assert "2 files could not be taken in: " in str(unable.value)
    assert len(rows(jobs_office)) == 2
    assert refusals() == []
    assert imports() == [(1, 0, 0, 0), (1, 0, 0, 0)]
    assert not list((jobs_office.usage_folder / ".aside").iterdir())


def test_a_wrong_mapping_stops_before_anything_is_read(jobs_office: Office, tmp_path: Path) -> None:
    """Nothing is recorded."""
    from kvitto.runs.take_in_usage import take_in as take

    with pytest.raises(UnableToMap):
        take(jobs_office, write_mapping(tmp_path, "source = 5"), [write_usage(tmp_path, [job(1)])])
    assert imports() == []


def test_somebody_quicker_makes_the_comparison_start_again(
    jobs_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between comparison and commit another import accepts some of the same rows: none comes in twice."""
    from kvitto.runs import take_in_usage
    from kvitto.usage.publishing import publish

    other = write_usage(tmp_path, [job(n) for n in range(5, 15)], "other.csv")

    def publish_after_somebody_else(*arguments: Any) -> None:
        monkeypatch.setattr(take_in_usage, "publish", publish)
        take_in(jobs_office, other)
        publish(*arguments)

    monkeypatch.setattr(take_in_usage, "publish", publish_after_somebody_else)
    (report,) = take_in(jobs_office, write_usage(tmp_path, map(job, range(10)), "mine.csv"))
    assert (report.accepted, report.duplicates, report.sequence) == (5, 5, 15)
    content = store_content(jobs_office)
    assert sorted(row[7] for row in content["rows"]) == sorted(f"j{n}" for n in range(15))
    assert content["damage"] == []


def test_a_subscription_that_ends_meanwhile_takes_no_usage_after_its_end(
    jobs_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Agreements recorded between reading and commit make the file be read again by what they say."""
    from kvitto.records.models import AgreementRecord, Revision
    from kvitto.runs import take_in_usage
    from kvitto.usage.publishing import publish

    def publish_after_an_ending(*arguments: Any) -> None:
        monkeypatch.setattr(take_in_usage, "publish", publish)
        revision = Revision.objects.create(recorded_at=NOW, cause="an ending")
        for record in AgreementRecord.objects.filter(kind="subscription"):
            facts = {**record.facts, "ended_on": "2024-01-01"}
            AgreementRecord.objects.create(
                kind=record.kind, key=record.key, parent=record.parent, facts=facts,
                valid_from=record.valid_from, recorded_in=revision,
            )  # fmt: skip
            AgreementRecord.objects.filter(pk=record.pk).update(superseded_in=revision)
        publish(*arguments)

    monkeypatch.setattr(take_in_usage, "publish", publish_after_an_ending)
    (report,) = take_in(jobs_office, write_usage(tmp_path, map(job, range(10))))
    assert (report.accepted, report.refused) == (0, 10)
    assert store_content(jobs_office)["rows"] == []


def test_a_disk_that_fails_leaves_nothing_and_is_named(
    jobs_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No room on the device, for example."""
    from kvitto.runs.take_in_usage import UnableToTakeIn
    from kvitto.usage import durable

    def no_room(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable, "sync_file", no_room)
    file = write_usage(tmp_path, [job(1)])
    with pytest.raises(UnableToTakeIn) as unable:
        take_in(jobs_office, file)
    assert str(unable.value) == (
        f"{file} could not be taken in: [Errno 28] No space left on device. Nothing of it was kept; see to that and "
        "import it again."
    )
    assert rows(jobs_office) == []


def test_a_store_without_one_of_its_files_takes_nothing_in(jobs_office: Office, tmp_path: Path) -> None:
    """Nobody could tell what is known."""
    from kvitto.records.usage_files import manifest
    from kvitto.runs.take_in_usage import UnableToTakeIn

    file = write_usage(tmp_path, [job(1)])
    take_in(jobs_office, file)
    missing = jobs_office.usage_folder / manifest()[0]
    missing.unlink()
    with pytest.raises(UnableToTakeIn, match="is missing from the usage store"):
        take_in(jobs_office, file)


def test_progress_is_told_in_bytes(jobs_office: Office, tmp_path: Path) -> None:
    """Never backwards, and up to the whole size."""
    told: list[tuple[Path, int, int]] = []
    file = write_usage(tmp_path, map(job, range(50_000)))
    take_in(jobs_office, file, progress=lambda *state: told.append(state))
    assert len(told) > 2
    assert told == sorted(told, key=lambda state: state[1])
    assert told[-1] == (file, file.stat().st_size, file.stat().st_size)


def test_a_month_of_real_jobs_adds_up_to_its_control_totals(office: MakeOffice) -> None:
    """291,690 rows of February 2024, per suite, region and size."""
    from kvitto.records.usage_files import manifest
    from kvitto.runs.take_in_usage import take_in as take

    with (ROOT / "tests" / "control" / "azure-vm-jobs-2024-02.control.csv").open(encoding="utf-8") as control:
        expected = list(csv.DictReader(control))
    suites = {row["test_suite"] for row in expected}
    offer = Offer(OfferKind.PAY_AS_YOU_GO)
    record_subscriptions(Subscription(suite, "account", suite, offer, date(2024, 1, 1)) for suite in suites)
    own = office(clock=NOW)
    (report,) = take(own, DEMO / "mappings" / "vm-jobs.toml", [DEMO / "usage" / "azure-vm-jobs-2024-02.csv.gz"])
    assert (report.accepted, report.duplicates, report.refused) == (291_690, 0, 0)
    sums: dict[tuple[str, str], list[Any]] = {}
    files = [own.usage_folder / path for path in manifest()]
    for suite, meter, _, _, unit, quantity, count in daily_sums(files, sorted(suites), month_named("2024-02")):
        assert unit == "second"
        place = sums.setdefault((suite, meter), [0, Decimal(0)])
        place[0], place[1] = place[0] + count, place[1] + quantity
    for row in expected:
        jobs, seconds = sums[row["test_suite"], f"{row['region']}/{row['vm_sku']}"]
        assert (jobs, seconds) == (int(row["jobs"]), Decimal(row["runtime_seconds"]))
