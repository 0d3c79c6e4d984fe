"""Close a month of many subscriptions: beside the plain SQL that writes the same rows, without and with the reference.

Each run works on a copy of one office, in a process of its own, one after the other. All must give the same total to
the cent. The month after is closed on the office that was closed with the reference: its invoices name a previous one
and an open balance. `--write` puts the figures, with machine and date, into benchmarks/RESULTS.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.rate_month import Run, machine, measured, write

BOUNDS = """Aims on two cores: 2,000 invoices a second without the reference, 500 with it; the month after takes at most
1.3 times as long.

What bounds it: one process rates (DuckDB), drafts, writes each invoice's facts as text and issues them, 500 to a
transaction; the reference rates one portion in as many processes as there are cores while that one rates and drafts the
next and issues the one before, and shares the cores with it. Memory holds one portion of at most 5,000 periods, with
the reference two, the agreements, and the report of what was issued."""


def compare(subscriptions: int, folder: Path) -> Iterator[tuple[str, Run]]:
    """Make the office and close it in every way; the name and figures of each."""
    home, copy, rows = folder / "office", folder / "copy", folder / "by_hand.sqlite3"
    measured("closing_office.py", home, subscriptions)
    yield "By hand", measured("by_hand/close.py", home, rows)
    for name, *options in (("Kvitto, without the reference", "--unchecked"), ("Kvitto",)):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(home, copy)
        yield name, measured("kvitto_close.py", copy, *options)
    yield "Kvitto, the month after", measured("kvitto_close.py", copy, "--month", "2024-03")


def documents(invoices: int, folder: Path) -> str:
    """How long the documents of so many invoices take."""
    home = folder / "documents"
    measured("closing_office.py", home, invoices)
    told = measured("kvitto_close.py", home, "--unchecked", "--documents").answer
    return (
        f"Documents of {int(told['invoices']):,} invoices: {int(told['documents']):,} in"
        f" {float(told['seconds_of_documents']):,.0f} s, made afterwards (`kvitto period close --no-documents`)."
    )


def table(runs: dict[str, Run]) -> str:
    """The figures of all runs. Invoices a second: by the seconds of the work alone, and by the CPU of the process."""
    by_hand = runs["By hand"].answer
    lines = [
        f"{int(by_hand['invoices']):,} invoices of five lines, {int(by_hand['payable_minor']):,} cents in every run.",
        "",
        "| | Invoices / s | Wall s | CPU s | Invoices / CPU s | Peak MiB |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, run in runs.items():
        count, seconds = int(run.answer["invoices"]), float(run.answer["seconds"])
        lines.append(
            f"| {name} | {count / seconds:,.0f} | {run.wall:,.1f} | {run.cpu:,.1f} | {count / run.cpu:,.0f} |"
            f" {run.memory:,.0f} |"
        )
    return "\n".join([*lines, "", "Peak: of the largest process."])


def check(runs: dict[str, Run]) -> None:
    """Leave if a run did not come to the same."""
    for wanted in ("invoices", "payable_minor"):
        told = {name: run.answer[wanted] for name, run in runs.items()}
        if len(set(told.values())) > 1:
            sys.exit(f"The runs differ: {told}")


def main() -> None:
    """Read the arguments, compare, and print or write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscriptions", type=int, default=10_000)
    parser.add_argument("--documents", type=int, default=1_000, help="invoices whose documents are made")
    parser.add_argument("--write", action="store_true", help="write the figures to benchmarks/RESULTS.md")
    given = parser.parse_args()
    runs: dict[str, Run] = {}
    busy = f"Processes of others that wanted to run when it began: {os.getloadavg()[0]:.1f}, on {os.cpu_count()} cores."
    with tempfile.TemporaryDirectory(prefix="kvitto-bench-") as folder:
        for name, run in compare(given.subscriptions, Path(folder)):
            print(f"{name}: {run.wall:.1f} s", flush=True)
            runs[name] = run
        check(runs)
        text = f"{table(runs)}\n\n{documents(given.documents, Path(folder))}\n\n{busy}\n\n{BOUNDS}"
    print(text)
    if given.write:
        write("close a month", f"## Close a month\n\n{machine()}. `make bench`\n\n{text}")


if __name__ == "__main__":
    main()
