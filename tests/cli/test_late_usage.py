"""What `kvitto period close` tells of usage that came late, to people and to programs."""

from __future__ import annotations

import json
from pathlib import Path

from tests.faults import COMMAND, Job, run_jobs
from tests.runs.offices import FEBRUARY_ROWS, WITHOUT_QUAY

LATE = (
    "21,lab,vm1,cpu,30,2024-02-05T00:00:00Z",
    "22,waves,vm1,cpu,-5,2024-02-06T00:00:00Z",
    "23,lab,vm1,cpu,10,2024-03-06T00:00:00Z",
)


def test_closing_tells_what_became_of_late_usage(tmp_path: Path, own_database: dict[str, str]) -> None:
    """While it waits, what is given back at once, and on which invoice the rest stands."""
    home = tmp_path / "office"
    make = [WITHOUT_QUAY, "\n".join(FEBRUARY_ROWS), "\n".join(LATE)]
    days = ("2024-04-01", "2024-04-10", "2024-04-11")
    closes = [
        Job(home, COMMAND, ("period", "close", *more), environment={**own_database, "KVITTO_CLOCK": day})
        for day, more in zip(days, ((), ("--json",), ()), strict=True)
    ]
    made = Job(home, "tests.runs.closing_jobs:make_late", make, environment=own_database)
    made_, waiting, billed, nothing = run_jobs([made, *closes])
    assert made_.status == waiting.status == billed.status == nothing.status == 0, made_.err + waiting.err + billed.err
    lines = [" ".join(line.split()) for line in waiting.out.splitlines()]
    assert lines[lines.index("Invoice K-2024-000001 (Cork office): 1 usage row came after it was issued.") + 1] == (
        "0.50 USD without tax was given back: K-2024-000003."
    )
    assert lines[lines.index("Invoice K-2024-000002 (Lab): 1 usage row came after it was issued.") + 1] == (
        "3.00 USD without tax waits for the next invoice."
    )
    (late,) = json.loads(billed.out)["late_usage"]
    issued = {one["scope"]: one["number"] for one in json.loads(billed.out)["issued"]}
    assert (late["number"], late["rows"], late["billed_on"], late["credit_notes"], late["causes"]) == (
        "K-2024-000002", 1, issued["lab"], [], [],
    )  # fmt: skip
    assert "came after it was issued" not in nothing.out
