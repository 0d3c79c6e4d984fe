"""`docs/coverage.md` names each point of acceptance once, and nothing that is not there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
POINTS, RULES = PAGE.split("\n## Rules\n")
ROW = re.compile(r"^\| (?P<row>.+) \|$", re.MULTILINE)
STATES = ("yes", "part", "not yet")
NOT_SHOWN = ("*not yet:*", "*left out*")
QUOTED = re.compile(r"`([^`]+)`")


def rows_of(text: str) -> list[list[str]]:
    """The cells of every row of every table, without heads and rules."""
    found = [match["row"].split(" | ") for match in ROW.finditer(text)]
    return [cells for cells in found if cells[0] not in {"Row", "Rule", "---"}]


@cache
def functions_in(path: Path) -> frozenset[str]:
    """The names of the functions in a file, which is read and not run."""
    parsed = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(one.name for one in parsed.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))


def state_of(cells: list[str]) -> str:
    """The state of a point of acceptance, without what is missing."""
    return cells[4].partition(":")[0]


def test_every_point_stands_there_once_and_in_order() -> None:
    """S-01 to S-125."""
    assert [cells[0] for cells in rows_of(POINTS)] == [f"S-{number:02}" for number in range(1, 126)]


def test_every_point_has_a_state_and_says_what_is_missing() -> None:
    """Whoever says yes names a test; whoever says less, what it waits for; and the numbers at the top are right."""
    rows = rows_of(POINTS)
    for cells in rows:
        assert state_of(cells) in STATES, cells
        assert bool(cells[4].partition(": ")[2]) is (state_of(cells) != "yes"), cells
        assert "::" in cells[3] or state_of(cells) != "yes", cells
    counted = Counter(state_of(cells) for cells in rows)
    assert " ".join(PAGE.split()).count(
        "Today {yes} are *yes*, {part} *part*, {not yet} *not yet*.".format_map(counted)
    )


def test_every_rule_names_a_test_or_says_why_not() -> None:
    """No rule is passed over in silence."""
    rows = rows_of(RULES)
    assert rows
    for cells in rows:
        assert "`tests/" in cells[1] or cells[1].startswith(NOT_SHOWN), cells


@pytest.mark.parametrize("named", sorted(set(QUOTED.findall(PAGE))))
def test_what_is_named_exists(named: str) -> None:
    """Tests by file and function; other files from the project's folder or from that of the program."""
    path, _, function = named.partition("::")
    if function:
        assert function in functions_in(ROOT / path)
    elif "/" in path:
        assert (ROOT / path).exists() or (ROOT / "src" / "kvitto" / path).exists()
