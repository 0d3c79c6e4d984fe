"""The campaign: what it runs, what it leaves out the next time, and its table."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import asdict
from pathlib import Path

from tools.campaign import EVERY, POSTGRESQL, SQLITE, files, missing, still_there, table
from tools.campaign_rows import Row, has_ended_well, read_rows

TESTS = Path(__file__).parent.parent
NUMBERS = "tests/records/test_numbering.py::test_many"


def test_a_row_per_test_and_its_cases_together() -> None:
    """Figures are added up; every test without full figures is counted by its room."""
    rows = [
        Row("every", "tests/portal/test_a.py::test_x", "abc", "passed", 1.4),
        Row("every", "tests/portal/money/test_b.py::test_y", "abc", "skipped", 0.2),
        Row("postgresql", NUMBERS, "abc", "passed", 156.1, {"numbers": "100000", "kills": "96"}),
        Row("sqlite", "tests/portal/test_a.py::test_x[sv|390]", "abc", "passed", 2.0, {"examples": "900"}),
        Row("sqlite", "tests/portal/test_a.py::test_x[lv|390]", "def", "failed", 3.0, {"examples": "900"}),
        Row("sqlite", NUMBERS, "abc", "passed", 20.0, {"examples": "20000"}),
    ]
    assert list(table(rows))[2:] == [
        "| tests/portal/test_a.py: test_x | SQLite | 2 cases, examples 1,800 | 1 failed, 1 passed | 5 | abc, def |",
        "| tests/records/test_numbering.py: test_many | SQLite | examples 20,000 | passed | 20 | abc |",
        "| tests/records/test_numbering.py: test_many | PostgreSQL | numbers 100,000, kills 96 | passed | 156 | abc |",
        "| every test in tests/portal | PostgreSQL | 2 cases | 1 skipped, 1 passed | 2 | abc |",
    ]


def test_what_passed_in_this_state_is_not_run_again(tmp_path: Path) -> None:
    """A later row of the same test counts; a failure, another state and changes without a commit do not."""
    first, second = (Row("sqlite", NUMBERS, "abc", outcome, 1.0) for outcome in ("failed", "passed"))
    kept = tmp_path / "rows.jsonl"
    assert read_rows(kept) == []
    kept.write_text("".join(json.dumps(asdict(row)) + "\n" for row in (first, second)))
    assert read_rows(kept) == [second]
    assert has_ended_well(second, "sqlite", "abc")
    assert not has_ended_well(first, "sqlite", "abc")
    assert not has_ended_well(second, "postgresql", "abc")
    assert not has_ended_well(second, "sqlite", "def")
    assert not has_ended_well(Row("sqlite", NUMBERS, "abc+", "passed", 1.0), "sqlite", "abc+")


def test_rows_of_tests_that_are_gone_are_left_out() -> None:
    """The page speaks of tests that can be run."""
    here = "tests/tools/test_campaign.py::"
    assert still_there(Row("every", f"{here}{test_rows_of_tests_that_are_gone_are_left_out.__name__}[x]", "", "", 0))
    assert not still_there(Row("every", f"{here}test_gone", "", "", 0))
    assert not still_there(Row("every", "tests/test_gone.py::test_gone", "", "", 0))


def test_what_was_not_run_is_told() -> None:
    """On SQLite everything has its turn."""
    file = "tests/records/test_numbering.py"
    test = "test_many_closers_leave_no_gap_and_no_double_whatever_becomes_of_them"
    assert f"- {file}: {test}" in list(missing([Row("postgresql", f"{file}::{test}", "abc", "passed", 1.0)]))
    assert f"- {file}: {test}" not in list(missing([Row("sqlite", f"{file}::{test}", "abc", "passed", 1.0)]))


def test_the_files_of_a_part() -> None:
    """Those with full figures are found by their mark; the others are all. A page is alike on every database."""
    assert "tests/records/test_numbering.py" in files(POSTGRESQL, ())
    assert "tests/portal/test_languages.py" not in files(POSTGRESQL, ())
    assert set(files(POSTGRESQL, ())) < set(files(SQLITE, ()))
    assert set(files(SQLITE, ())) < set(files(EVERY, ()))
    assert files(SQLITE, ["tests/records/test_numbering.py"]) == ["tests/records/test_numbering.py"]


def test_what_has_a_full_figure_is_marked() -> None:
    """Otherwise the campaign would leave it out without a word."""
    written = {
        f"{path.name}: {test.name}": ast.unparse(test)
        for path in TESTS.rglob("test_*.py")
        if "from tests.campaign import" in (text := path.read_text(encoding="utf-8"))
        for test in ast.parse(text).body
        if isinstance(test, ast.FunctionDef) and test.name.startswith("test_")
    }
    has_full_figure = {name for name, test in written.items() if re.search(r"\bsize\(|IS_CAMPAIGN", test)}
    assert {name for name, test in written.items() if "pytest.mark.campaign" in test} == has_full_figure
