"""Runs the tests that are marked `campaign` at their full figures, and writes what they did to benchmarks/RESULTS.md.

    python -m tools.campaign [pytest's arguments]

The file says on which machine and day it was, and of which state of the code; what else stands in it stays.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from benchmarks.rate_month import machine, write

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> None:
    """Run, write, and leave with pytest's status."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-m",
            "campaign",
            f"--junitxml={report}",
            "-o",
            "junit_family=xunit1",
        ]
        status = subprocess.run(
            [*command, *arguments], cwd=ROOT, env={**os.environ, "KVITTO_CAMPAIGN": "1"}, check=False
        ).returncode
        if report.exists():
            heading = f"## Campaign\n\n{machine()}, state {state()}. `make campaign`\n\n"
            write("campaign", heading + "\n".join(table(report)))
            print("Written to benchmarks/RESULTS.md.")
    sys.exit(status)


def state() -> str:
    """The commit that was tested, marked if files differ from it."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return described.stdout.strip() or "unknown"


def table(report: Path) -> Iterator[str]:
    """One row per test: what it states, its figures, how it ended, how long it took."""
    yield "| Test | Figures | Outcome | Seconds |"
    yield "|---|---|---|---|"
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 - written by pytest a moment ago
        figures = ", ".join(f"{each.get('name')} {each.get('value')}" for each in case.iter("property"))
        ended = next((tag for tag in ("failure", "error", "skipped") if case.find(tag) is not None), "passed")
        name = f"{case.get('file')}: {case.get('name')}".replace("|", "\\|")
        yield f"| {name} | {figures} | {ended} | {case.get('time')} |"


if __name__ == "__main__":
    main(sys.argv[1:])
