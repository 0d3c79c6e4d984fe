"""How large a test is: a sample in `make test`, the full figure in `make campaign`.

    @pytest.mark.campaign
    @settings(max_examples=size(sample=50, full=20_000))

A campaign test may tell figures of its own with pytest's `record_property`; they are written to
`benchmarks/RESULTS.md` with the machine and the date.
"""

from __future__ import annotations

import os

IS_CAMPAIGN = os.environ.get("KVITTO_CAMPAIGN") == "1"


def size(sample: int, full: int) -> int:
    """The full figure in a campaign, else the sample."""
    return full if IS_CAMPAIGN else sample
