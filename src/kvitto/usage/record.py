"""The one shape every reader produces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One accepted row of usage, as it was sent.

    `quantity` is in `unit`, with every digit it came with. `used_at` is a UTC moment; its UTC day is the day of use.
    `source` and `event_id` identify the record for ever. `dimensions` is a JSON object of the columns the mapping kept.
    `file` and `line` say where it was read.
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
