"""Rate one generated month twice: by hand and by Kvitto, on the same rows, and compare what it took.

Both run in processes of their own with the same number of threads, one after the other, three times each. The figures
are medians, the ratio is the median of the pairs' ratios. Both must give the same total to the last digit. `--write`
puts the figures, with machine and date, into benchmarks/RESULTS.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
TARGET = 1.3


@dataclass(frozen=True)
class Run:
    """One process: CPU and wall seconds, the most memory it held in MiB, and what it printed."""

    cpu: float
    wall: float
    memory: float
    answer: dict[str, str]


def measured(script: str, *arguments: object) -> Run:
    """Run one of the scripts beside this file and measure it from outside."""
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])}
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        output = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode:
        sys.exit(f"{script} ended with status {process.returncode}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Run(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / unit, json.loads(output or "{}"))


def compare(rows: int, threads: int, runs: int, folder: Path) -> str:
    """Generate, rate both ways, and tell the figures as a Markdown table."""
    data, store, out = folder / "by_hand", folder / "usage-store", folder / "rated"
    measured("by_hand/generate.py", rows, data)
    measured("kvitto_store.py", data, store)
    pairs = []
    for number in range(1, runs + 1):
        by_hand = measured("by_hand/rate.py", data, out / "by_hand", "--threads", threads)
        kvitto = measured("kvitto_rate.py", data, store, out / "kvitto", "--threads", threads)
        if any(Decimal(by_hand.answer[name]) != Decimal(kvitto.answer[name]) for name in ("subscriptions", "total")):
            sys.exit(f"The totals differ: by hand {by_hand.answer}, Kvitto {kvitto.answer}")
        pairs.append((by_hand, kvitto))
        print(f"run {number}: CPU {by_hand.cpu:.1f} s by hand, {kvitto.cpu:.1f} s Kvitto", flush=True)
    return table(rows, threads, pairs, sizes(data, store))


def sizes(data: Path, store: Path) -> tuple[int, int]:
    """Bytes of the usage as it lies for the two."""
    return (data / "usage.parquet").stat().st_size, sum(file.stat().st_size for file in store.rglob("*.parquet"))


def table(rows: int, threads: int, pairs: list[tuple[Run, Run]], size: tuple[int, int]) -> str:
    """Medians of both and the median of the paired ratios."""
    lines = [
        f"{rows:,} rows, {len(pairs)} paired runs, {threads} threads. Both totals are {pairs[0][1].answer['total']}.",
        f"Usage on disk: {size[0]:,} bytes by hand; {size[1]:,} bytes in the store, with where each row came from.",
        "",
        "| | By hand | Kvitto | Ratio |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, unit in (("cpu", "CPU s"), ("wall", "Wall s"), ("memory", "Peak MiB")):
        by_hand, kvitto = ([getattr(pair[side], name) for pair in pairs] for side in (0, 1))
        ratio = statistics.median(ours / theirs for ours, theirs in zip(kvitto, by_hand, strict=True))
        digits = 0 if name == "memory" else 2
        theirs, ours = (f"{statistics.median(values):,.{digits}f}" for values in (by_hand, kvitto))
        lines.append(f"| {unit} | {theirs} | {ours} | {ratio:.2f} |")
    return "\n".join([*lines, "", f"Aim: at most {TARGET} times the CPU of the query written by hand."])


def machine() -> str:
    """What the figures were taken on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"{memory} GiB, Python {platform.python_version()}"
    )


def write(section: str, text: str) -> None:
    """Put the text under its heading in RESULTS.md, in place of what stood there."""
    start, end = f"<!-- {section} -->", f"<!-- end of {section} -->"
    page = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# Measured\n"
    before, found, rest = page.partition(start)
    after = rest.partition(end)[2] if found else "\n"
    RESULTS.write_text(f"{before.rstrip()}\n\n{start}\n{text}\n{end}{after}", encoding="utf-8")


def main() -> None:
    """Read the arguments, compare, and print or write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write the figures to benchmarks/RESULTS.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kvitto-bench-") as folder:
        text = compare(given.rows, given.threads, given.runs, Path(folder))
    print(text)
    if given.write:
        write("rate a month", f"## Rate a month\n\n{machine()}. `make bench`\n\n{text}")


if __name__ == "__main__":
    main()
