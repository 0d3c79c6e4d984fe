"""The check of the usage store: clean when it is, and a sentence for each thing that is not as it should be."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kvitto.periods import calendar_month
from kvitto.runs.office import Office
from kvitto.usage.store import UnableToReadStore, count_rows
from tests.usage.cast import NOW, job, record_subscriptions, write_mapping, write_usage


@pytest.fixture
def full_office(office: Callable[..., Office], tmp_path: Path) -> Office:
    """An office with two batches of usage."""
    from kvitto.runs.take_in_usage import take_in

    record_subscriptions()
    made = office(clock=NOW)
    files = [write_usage(tmp_path, map(job, numbers), f"{numbers}.csv") for numbers in (range(20), range(20, 50))]
    take_in(made, write_mapping(tmp_path), files)
    return made


def faults(office: Office) -> list[str]:
    """What the check finds wrong, in words."""
    from kvitto.runs.check_store import check_store

    return [str(fault) for fault in check_store(office).damage]


def stored(office: Office) -> list[str]:
    """The paths of the store's files."""
    from kvitto.records.models import UsageFile

    return list(UsageFile.objects.order_by("path").values_list("path", flat=True))


def test_a_whole_store_is_clean(full_office: Office) -> None:
    """Counts are told."""
    from kvitto.runs.check_store import check_store

    report = check_store(full_office)
    assert (report.files, report.rows, report.sequence) == (len(stored(full_office)), 50, 50)
    assert (report.orphans, report.damage) == ((), ())


def test_an_empty_store_is_clean(office: Callable[..., Office]) -> None:
    """There is nothing yet."""
    assert faults(office(clock=NOW)) == []


def test_a_missing_file_is_named(full_office: Office) -> None:
    """Somebody deleted it."""
    path = stored(full_office)[0]
    (full_office.usage_folder / path).unlink()
    assert faults(full_office) == [f"{path} is missing. Restore it from a backup."]
    files = [full_office.usage_folder / each for each in stored(full_office)]
    with pytest.raises(UnableToReadStore, match="kvitto store check") as told:
        count_rows(files, ["lab"], calendar_month(NOW.date()))
    assert path in str(told.value)
    assert str(full_office.home) not in str(told.value)


@pytest.mark.parametrize("position", [0, 100, -1])
def test_a_changed_byte_is_found(full_office: Office, position: int) -> None:
    """Wherever it is, though the size is the same."""
    path = stored(full_office)[1]
    file = full_office.usage_folder / path
    content = bytearray(file.read_bytes())
    content[position] ^= 1
    file.write_bytes(content)
    assert faults(full_office) == [f"{path} is not as it was written. Restore it from a backup."]


def test_a_wrong_count_in_the_database_is_found(full_office: Office) -> None:
    """In a file, and so in its batch."""
    from kvitto.records.models import UsageFile

    file = UsageFile.objects.order_by("path")[0]
    UsageFile.objects.filter(path=file.path).update(rows=file.rows + 1)
    found = faults(full_office)
    batch = "Batch 20 has 20 rows, but its files have 21. Restore the database from a backup."
    held = f"holds {file.rows} rows, but the database says {file.rows + 1}. Restore the database from a backup."
    assert found == [batch, f"{file.path} {held}"]


def test_a_lost_batch_breaks_the_sequence(full_office: Office) -> None:
    """The next one stands where it should not."""
    from kvitto.records.models import UsageBatch, UsageFile

    UsageFile.objects.filter(batch_id=20).delete()
    UsageBatch.objects.filter(sequence=20).delete()
    assert faults(full_office) == ["The sequence is broken: batch 50 has 30 rows and should be number 30."]


def test_a_file_in_the_wrong_place_is_found(full_office: Office) -> None:
    """The database says another month than the rows do."""
    from kvitto.records.models import UsageFile

    path = stored(full_office)[0]
    UsageFile.objects.filter(path=path).update(month="2024-01")
    assert faults(full_office) == [
        f"{path} holds usage of another month or bucket. Restore the database from a backup."
    ]


def test_orphans_are_listed_and_swept_only_when_old(full_office: Office) -> None:
    """A file that no row names is no damage, and may belong to an import that is running."""
    from kvitto.runs.check_store import check_store, sweep_orphans

    folder = (full_office.usage_folder / stored(full_office)[0]).parent
    old, young = folder / "000000000000099-aaaaaaaa.parquet", folder / "000000000000099-bbbbbbbb.parquet"
    for file in (old, young):
        file.write_bytes(b"unfinished")
    os.utime(old, (1_700_000_000, 1_700_000_000))
    names = [file.relative_to(full_office.usage_folder).as_posix() for file in (old, young)]
    report = check_store(full_office)
    assert (list(report.orphans), report.damage) == (names, ())
    assert sweep_orphans(full_office) == names[:1]
    assert (old.exists(), young.exists()) == (False, True)
    assert faults(full_office) == []


def test_the_folder_of_a_running_import_is_never_swept(full_office: Office) -> None:
    """However old it is; that of a dead one is."""
    from kvitto.usage.staging import staging_folder, sweep_staging

    store = full_office.usage_folder
    dead = store / ".aside" / "dead"
    dead.mkdir()
    (dead / "running").touch()
    with staging_folder(store) as running:
        sweep_staging(store, older_than=3600)
        assert (running.exists(), dead.exists()) == (True, True)
        sweep_staging(store, older_than=-1)
        assert (running.exists(), dead.exists()) == (True, False)
    assert not running.exists()
