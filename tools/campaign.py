"""Runs every test at its full figure, and writes what they did to benchmarks/RESULTS.md.

    python -m tools.campaign [--continue] [--workers N] [--only PART] [file …]

Three parts, one after the other: the tests marked `campaign` on SQLite; on PostgreSQL those of them that look at what a
database keeps when many write at once, or are killed; then every test on PostgreSQL, at the figures of `make test`.

A row is kept beside the code as soon as a test has ended, so that a run may be stopped at any time: with `--continue`
the next one goes on with what has not passed in this state of the code. The page names the state in which each test
ran; what else stands in it stays.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rate_month import machine, write
from tools.campaign_rows import CHANGED, FILE, PART, STATE, Row, read_rows

ROOT = Path(__file__).resolve().parent.parent
ROWS = ROOT / ".kvitto" / "campaign.jsonl"
OUR_OWN = ("benchmarks/RESULTS.md", "CHANGELOG.md", "docs")
"""What may differ without another state of the code."""
NOTHING_TO_RUN = 5


@dataclass(frozen=True)
class Part:
    """Some of the tests, at full figures or not, on one database."""

    name: str
    database: str
    chosen: str
    full: bool
    rooms: tuple[str, ...] = ("",)

    def environment(self) -> dict[str, str]:
        """What tells the tests."""
        database = {"KVITTO_TEST_DATABASE": "postgresql"} if self.database == "PostgreSQL" else {}
        return {**database, **({"KVITTO_CAMPAIGN": "1"} if self.full else {})}


SQLITE = Part("sqlite", "SQLite", "campaign", full=True)
POSTGRESQL = Part("postgresql", "PostgreSQL", "campaign and database", full=True, rooms=("records", "runs", "cli"))
EVERY = Part("every", "PostgreSQL", "database and not browser", full=False)
PARTS = {part.name: part for part in (SQLITE, POSTGRESQL, EVERY)}


def main() -> None:
    """Run, write, and leave with a failure if there was one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--continue", dest="goes_on", action="store_true", help="leave out what passed in this state")
    parser.add_argument("--workers", default="0", help="processes that run tests at once")
    parser.add_argument("--only", choices=PARTS, help="one part")
    parser.add_argument("files", nargs="*", help="these files of tests alone")
    given = parser.parse_args()
    if not given.goes_on:
        ROWS.unlink(missing_ok=True)
    ROWS.parent.mkdir(exist_ok=True)
    parts = [PARTS[given.only]] if given.only else PARTS.values()
    try:
        statuses = [run(part, files(part, given.files), given.workers) for part in parts]
    finally:
        rows = [row for row in read_rows(ROWS) if still_there(row)]
        heading = f"## Campaign\n\n{machine()}. `make campaign`\n\n"
        write("campaign", heading + "\n".join([*table(rows), *missing(rows)]))
        print("Written to benchmarks/RESULTS.md.")
    sys.exit(max(statuses))


def files(part: Part, asked: Sequence[str]) -> list[str]:
    """The files of tests that hold some of a part: those asked for, or all."""
    tests = [ROOT / each for each in asked] or sorted((ROOT / "tests").rglob("test_*.py"))
    rooms = [ROOT / "tests" / room for room in part.rooms]
    return [
        str(file.relative_to(ROOT))
        for file in tests
        if any(file.is_relative_to(room) for room in rooms)
        and (not part.full or "mark.campaign" in file.read_text(encoding="utf-8"))
    ]


def run(part: Part, chosen: list[str], workers: str) -> int:
    """Run one part; its rows are kept meanwhile. 1 if something failed."""
    if not chosen:
        return 0
    command = [sys.executable, "-m", "pytest", "--quiet", "-rs", "-p", "tools.campaign_rows", "-m", part.chosen]
    told = {FILE: str(ROWS), PART: part.name, STATE: state()}
    status = subprocess.run(
        [*command, "--numprocesses", workers, *chosen],
        cwd=ROOT,
        env={**os.environ, **part.environment(), **told},
        check=False,
    ).returncode
    return 0 if status == NOTHING_TO_RUN else status


def state() -> str:
    """The last commit that changed the code, marked if files differ from it."""
    code = ["--", ".", *(f":!{path}" for path in OUR_OWN)]
    commit = _git("log", "-1", "--format=%h", *code) or "unknown"
    return commit + (CHANGED if _git("status", "--porcelain", *code) else "")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def still_there(row: Row) -> bool:
    """Whether the test that a row is of is still written so."""
    file, _, name = row.test.partition("::")
    path = ROOT / file
    function = name.rpartition("::")[2].partition("[")[0]
    return path.exists() and f"def {function}(" in path.read_text(encoding="utf-8")


def table(rows: Iterable[Row]) -> Iterator[str]:
    """A row per test at full figures, its cases together; then one per room for every test."""
    together: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        together[row.part, _name(row)].append(row)
    order = list(PARTS)
    yield "| Test | Database | Figures | Outcome | Seconds | State |"
    yield "|---|---|---|---|---:|---|"
    for (part, name), cases in sorted(together.items(), key=lambda it: (order.index(it[0][0]), it[0][1])):
        states = ", ".join(sorted({case.state for case in cases}))
        seconds = sum(case.seconds for case in cases)
        database = PARTS[part].database
        yield f"| {name} | {database} | {_figures(cases)} | {_outcome(cases)} | {seconds:.0f} | {states} |"


def missing(rows: Iterable[Row]) -> Iterator[str]:
    """The tests with full figures that have no row on SQLite."""
    had = {row.test.partition("[")[0] for row in rows if row.part == SQLITE.name}
    left = [name for file in files(SQLITE, ()) for name in marked(file) if name not in had]
    if left:
        yield from ("", f"Not run yet at their full figures on SQLite, {len(left)} tests:", "")
        yield from (f"- {name.replace('::', ': ')}" for name in left)


def marked(file: str) -> Iterator[str]:
    """The tests of a file that have full figures, as pytest names them."""
    for test in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
        if isinstance(test, ast.FunctionDef) and any("mark.campaign" in ast.unparse(it) for it in test.decorator_list):
            yield f"{file}::{test.name}"


def _name(row: Row) -> str:
    file, _, test = row.test.partition("::")
    if PARTS[row.part].full:
        return f"{file}: {test.partition('[')[0]}".replace("|", "\\|")
    room = file.split("/")[1]
    return f"every test in tests/{room}"


def _figures(cases: Sequence[Row]) -> str:
    """What the tests tell of themselves, added up over the cases."""
    told: dict[str, list[str]] = defaultdict(list)
    for case in cases if PARTS[cases[0].part].full else ():
        for name, value in case.figures.items():
            told[name].append(value)
    own = [f"{name} {_sum(values)}" for name, values in told.items()]
    return ", ".join([f"{len(cases):,} cases", *own] if len(cases) > 1 else own)


def _sum(values: Sequence[str]) -> str:
    if all(re.fullmatch(r"\d+", value) for value in values):
        return f"{sum(map(int, values)):,}"
    return ", ".join(dict.fromkeys(values))


def _outcome(cases: Sequence[Row]) -> str:
    """“passed” if all did; else how many did what."""
    ended = sorted({case.outcome for case in cases}, key=["failed", "skipped", "passed"].index)
    if len(ended) == 1:
        return ended[0]
    return ", ".join(f"{sum(case.outcome == each for case in cases)} {each}" for each in ended)


if __name__ == "__main__":
    main()
