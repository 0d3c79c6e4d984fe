"""`kvitto usage` and `kvitto store` as processes: what they print, and how they end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.faults import COMMAND, Job, Outcome, made_once, run_jobs
from tests.usage.cast import job, write_mapping, write_usage


class Desk:
    """An office's command line; several commands go into one launcher."""

    def __init__(self, home: Path, environment: dict[str, str]) -> None:
        self.home, self.environment = home, {**environment, "KVITTO_CLOCK": "2024-03-20"}
        self.mapping = str(write_mapping(home.parent))

    def run(self, *commands: Sequence[str]) -> list[Outcome]:
        """How each command ended."""
        return run_jobs([Job(self.home, COMMAND, command, environment=self.environment) for command in commands])

    def taking(self, *data: Path, options: Sequence[str] = ()) -> list[str]:
        """The command that takes in files."""
        return ["usage", "import", "--mapping", self.mapping, *options, *map(str, data)]


@pytest.fixture
def desk(tmp_path: Path, own_database: dict[str, str]) -> Desk:
    """An office that knows the subscriptions."""
    made = Desk(tmp_path / "office", own_database)
    (outcome,) = made_once([Job(made.home, "tests.usage.cast:make_office", environment=made.environment)])
    assert outcome.status == 0, outcome.err
    return made


def test_a_file_is_taken_in_and_said_so(desk: Desk, tmp_path: Path) -> None:
    """Status 0 the first time and the second; the store is clean."""
    file = write_usage(tmp_path, map(job, range(1200)))
    first, second, store, as_json, refused = desk.run(
        desk.taking(file), desk.taking(file), ["store", "check"], ["store", "check", "--json"], ["usage", "refused"]
    )
    assert (first.status, first.out) == (0, f"{file}: 1,200 accepted, 0 known already, 0 refused.\n")
    assert (second.status, second.out) == (0, f"{file}: 0 accepted, 1,200 known already, 0 refused.\n")
    assert store.status == 0
    assert store.out.endswith("sequence 1200.\nEverything is as it was written.\n")
    assert json.loads(as_json.out)["rows"] == 1200
    assert refused.out == "0 rows are refused.\n"
    assert [outcome.err for outcome in (first, second, store, refused)] == [""] * 4


def test_refused_rows_are_counted_and_listed(desk: Desk, tmp_path: Path) -> None:
    """Status 3, the summary by reason, and each row with its sentence."""
    file = write_usage(tmp_path, ["bad", job(1), job(2, seconds="1,5"), "worse"])
    taken, listed, limited, as_json = desk.run(
        desk.taking(file), ["usage", "refused"], ["usage", "refused", "--limit", "1"], ["usage", "refused", "--json"]
    )
    assert (taken.status, taken.err) == (3, "")
    assert taken.out.splitlines() == [
        f"{file}: 1 accepted, 0 known already, 3 refused.",
        "             2  cells are missing",
        "             1  more cells than columns",
        "  “kvitto usage refused” lists each row with its reason.",
    ]
    assert "The line has fewer cells than the header: 1 instead of 7. Add the missing ones." in listed.out
    assert listed.out.endswith("3 rows are refused.\n")
    assert limited.out.endswith("3 rows are refused.\nThe first 1 are listed; --limit lists more.\n")
    assert json.loads(as_json.out)[0] == {
        "source": "jobs",
        "file": str(file),
        "line": 2,
        "column": "",
        "reason": "missing-cells",
        "sentence": "The line has fewer cells than the header: 1 instead of 7. Add the missing ones.",
        "row": "bad",
        "accepted_since": False,
    }


def test_programs_get_json(desk: Desk, tmp_path: Path) -> None:
    """One object per file."""
    file = write_usage(tmp_path, [job(1), job(1), job(1, note="x")])
    (taken,) = desk.run(desk.taking(file, options=["--json"]))
    assert taken.status == 3
    assert json.loads(taken.out) == [
        {
            "file": str(file),
            "source": "jobs",
            "accepted": 1,
            "duplicates": 1,
            "refused": 1,
            "refused_before": 0,
            "refused_by_reason": {"conflict": 1},
            "sequence": 1,
            "trouble": None,
        }
    ]


def test_a_bad_file_or_mapping_ends_with_status_1(desk: Desk, tmp_path: Path) -> None:
    """One sentence on standard error; the good file beside it is taken in."""
    good, none, bad = write_usage(tmp_path, [job(1)]), tmp_path / "none.csv", tmp_path / "bad.toml"
    both, mapping = desk.run(desk.taking(none, good), ["usage", "import", "--mapping", str(bad), str(good)])
    assert (both.status, both.err) == (1, f"There is no file {none}.\n")
    assert both.out == f"{good}: 1 accepted, 0 known already, 0 refused.\n"
    assert (mapping.status, mapping.out) == (1, "")
    assert mapping.err == f"The mapping {bad} cannot be read: No such file or directory.\n"


def test_a_damaged_store_ends_with_status_1(desk: Desk, tmp_path: Path) -> None:
    """The damage is named."""
    desk.run(desk.taking(write_usage(tmp_path, [job(1)])))
    (file,) = (desk.home / "usage-store").glob("month=*/bucket=*/*")
    file.write_bytes(b"")
    (check,) = desk.run(["store", "check"])
    assert check.status == 1
    name = file.relative_to(desk.home / "usage-store")
    assert check.err == f"{name} is not as it was written. Restore it from a backup.\n"
    assert check.out.endswith("1 fault was found.\n")
