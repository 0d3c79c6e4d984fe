"""Exchange rates as they were believed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from kvitto.agreements.dated import FOREVER
from kvitto.agreements.exchange_rates import rate_between
from kvitto.periods import Period
from kvitto.records.exchange_rates import exchange_rates
from kvitto.records.revisions import latest_revision
from kvitto.runs.apply_agreements import apply
from kvitto.runs.office import Office
from tests.runs.offices import AGREEMENTS, at, written

RATE = """
[[exchange_rates]]
base = "USD"
quote = "EUR"
rate = "{rate}"
valid_from = {day}
quoted_on = 2024-01-30
source = "European Central Bank"
"""


def _with(*rates: tuple[str, str]) -> str:
    before, mark, after = AGREEMENTS.partition("[[mosp_accounts]]")
    return before + "".join(RATE.format(rate=rate, day=day) for rate, day in rates) + mark + after


@pytest.mark.database
def test_a_rate_holds_until_the_next_and_is_remembered_as_it_was(office: Callable[..., Office]) -> None:
    """A second rate ends the first; at the revision before it, the first went on."""
    made = office(clock=date(2024, 3, 10))
    apply(at(made, date(2024, 2, 1)), written(made, "agreements.toml", _with(("0.9215", "2024-02-01"))))
    then = latest_revision()
    apply(at(made, date(2024, 3, 1)), written(made, "agreements.toml", _with(("0.93", "2024-03-01"))))

    assert [(one.value.rate, one.days) for one in exchange_rates()] == [
        (Decimal("0.9215"), Period(date(2024, 2, 1), date(2024, 3, 1))),
        (Decimal("0.93"), Period(date(2024, 3, 1), FOREVER)),
    ]
    assert [one.days.end for one in exchange_rates(then)] == [FOREVER]
    found = rate_between(exchange_rates(), "USD", "EUR", date(2024, 2, 29))
    assert found
    assert (found.rate, found.source, found.quoted_on) == (
        Decimal("0.9215"), "European Central Bank", date(2024, 1, 30),
    )  # fmt: skip
    assert rate_between(exchange_rates(), "EUR", "USD", date(2024, 2, 29)) is None
    assert rate_between(exchange_rates(), "USD", "EUR", date(2024, 1, 31)) is None
