"""Close the month of an office made by closing_office.py, without documents, and tell what it took.

Usage: kvitto_close.py HOME [--unchecked]
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

from closing_office import environment


def close_month(home: Path, *, checked: bool) -> dict[str, str]:
    """Issue everything that is due; gives how many invoices, their total, and the seconds of each part."""
    os.environ |= environment(home)
    import django

    django.setup()
    from kvitto.config.home import read_settings
    from kvitto.runs.closing.issue_invoices import close

    started = time.perf_counter()
    report = close(read_settings(home, os.environ), checked=checked, documents=False)
    seconds = time.perf_counter() - started
    return {"invoices": str(len(report.issued)), "seconds": f"{seconds:.2f}", "blocked": str(len(report.blocked))}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--unchecked", action="store_true")
    given = parser.parse_args()
    print(json.dumps(close_month(given.home, checked=not given.unchecked)))
