"""The one shape every reader produces, and the shape of what it refuses."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple


class UsageRecord(NamedTuple):
    """One accepted row of usage, as it was sent.

    `quantity` is in `unit`, with every digit it came with. `used_at` is a UTC moment; its UTC day is the day of use.
    `source` and `event_id` identify the record for ever. `dimensions` is a JSON object of the columns the mapping kept.
    `file` and `line` say where it was read; `sent_as` is what the row called its subscription, `raw` its own text.
    """

    subscription: str
    resource: str
    meter: str
    used_at: datetime
    quantity: Decimal
    unit: str
    source: str
    event_id: str
    dimensions: str
    file: str
    line: int
    sent_as: str = ""
    raw: str = ""


@dataclass(frozen=True, slots=True)
class RefusedUsage:
    r"""One row that was not accepted: where it stood, why, and what it said.

    `column` is empty if the whole line is at fault. `reason` and `values` make a sentence with
    `usage.checks.reason_phrase`. `raw` is the line with what no text can hold written visibly (`\x00`).
    """

    file: str
    line: int
    column: str
    reason: str
    values: Mapping[str, str | int]
    raw: str

    @property
    def row_digest(self) -> str:
        """SHA-256 of the line's text, in hexadecimal: the same line again has the same digest."""
        return hashlib.sha256(self.raw.encode()).hexdigest()
