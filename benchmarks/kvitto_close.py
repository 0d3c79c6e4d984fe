"""Close a month of an office made by closing_office.py, without documents, and tell what it took.

Usage: kvitto_close.py HOME [--month 2024-02] [--unchecked] [--documents]

`--documents` makes the documents afterwards and measures that alone.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

from benchmarks.closing_office import CLOSING, environment


def close_month(home: Path, month: str, *, checked: bool) -> dict[str, str]:
    """Issue everything that is due; gives how many invoices, their total, and the seconds."""
    os.environ |= environment(home, month)
    import django

    django.setup()
    from kvitto.config.home import read_settings
    from kvitto.money import total
    from kvitto.runs.closing.issue_invoices import close

    started = time.perf_counter()
    report = close(read_settings(home, os.environ), checked=checked, documents=False)
    seconds = time.perf_counter() - started
    if report.blocked:
        sys.exit(f"{len(report.blocked)} invoices are held back")
    return {
        "invoices": str(len(report.issued)),
        "payable_minor": str(total((one.payable for one in report.issued), "EUR").minor_units("SE")),
        "seconds": f"{seconds:.2f}",
    }


def make_documents(home: Path) -> dict[str, str]:
    """Make the documents that are missing; gives how many, and the seconds."""
    from kvitto.config.home import read_settings
    from kvitto.runs.make_documents import render_missing

    started = time.perf_counter()
    made = render_missing(read_settings(home, os.environ))
    return {"documents": str(made), "seconds_of_documents": f"{time.perf_counter() - started:.2f}"}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--month", choices=CLOSING, default="2024-02")
    parser.add_argument("--unchecked", action="store_true")
    parser.add_argument("--documents", action="store_true")
    given = parser.parse_args()
    told = close_month(given.home, given.month, checked=not given.unchecked)
    print(json.dumps(told | (make_documents(given.home) if given.documents else {})))
