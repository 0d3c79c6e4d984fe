"""Rating a billing period as it was known at a moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

from kvitto.invoicing.invoice import AsOf
from kvitto.periods import Period
from kvitto.records.agreements import invoice_scopes
from kvitto.runs.apply_agreements import apply
from kvitto.runs.import_prices import import_prices
from kvitto.runs.office import Office
from kvitto.runs.rate_period import current_as_of, rate_scopes
from kvitto.runs.take_in_usage import take_in
from tests.tiered_office import PRICES, write_files

_PERIOD = Period(date(2024, 1, 15), date(2024, 2, 15))


def test_what_is_known_later_does_not_change_what_was_known(office: Callable[..., Office], tmp_path: Path) -> None:
    """Usage accepted and prices recorded after an as-of leave its charges as they were; without one, all counts."""
    write_files(tmp_path)
    made = office(clock=date(2024, 4, 1))
    apply(made, tmp_path / "agreements.toml")
    import_prices(made, tmp_path / "prices.toml", [tmp_path / "prices.csv"])
    nothing_used = current_as_of()
    take_in(made, tmp_path / "usage.toml", [tmp_path / "usage.csv"])
    then = current_as_of()

    (tmp_path / "usage.csv").write_text(
        "id,customer,meter,at,used\n8,Storage,storage,2024-02-03T00:00:00,1\n", encoding="utf-8"
    )
    take_in(made, tmp_path / "usage.toml", [tmp_path / "usage.csv"])
    (tmp_path / "prices.csv").write_text(PRICES.replace("0,2", "0,3"), encoding="utf-8")
    import_prices(made, tmp_path / "prices.toml", [tmp_path / "prices.csv"])

    def amount(as_of: AsOf | None) -> Decimal:
        scopes = [(scope, _PERIOD) for scope in invoice_scopes()]
        with rate_scopes(made, scopes, as_of) as rated:
            return sum((line.amount for line in rated.lines()), Decimal(0))

    assert amount(nothing_used) == 0
    assert amount(then) == Decimal("20.2")  # 10 × 2 + 2 × 0.1
    assert amount(None) == Decimal("30.3")  # 10 × 3 + 3 × 0.1
    assert amount(AsOf(then.usage_sequence, current_as_of().revision)) == Decimal("30.2")
