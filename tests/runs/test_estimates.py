"""What is kept of a period is what rating it anew would give: whatever comes in, changes or moves."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.price_sheet import PriceModel, Tier
from kvitto.errors import UnableTo
from kvitto.money import Money
from kvitto.periods import Period
from kvitto.records.agreements import invoice_scopes, tree
from kvitto.records.kept import FILE
from kvitto.records.prices import prices_as_of, record_prices
from kvitto.runs import estimates
from kvitto.runs.apply_agreements import apply
from kvitto.runs.daily_usage import Asked, Grouping, daily_usage
from kvitto.runs.estimates import known_periods, own_charges_of, refresh
from kvitto.runs.listed_periods import begun_periods, issued_periods_of, main_kind, unbilled_periods
from kvitto.runs.office import Office
from kvitto.runs.period_charges import charges_of_period
from kvitto.runs.period_rows import row_of, rows_of_scopes
from kvitto.runs.rate_period import current_as_of
from kvitto.runs.rated_periods import RatedPeriod, amounts_of, rate_periods
from kvitto.runs.scope_versions import ScopeVersions
from kvitto.runs.take_in_usage import take_in
from tests.portal.small_office import CREDIT, DISKS, LAB, MEMORY, TRIAL
from tests.runs.test_subscription_rows import small

__all__ = ["small"]  # a fixture: the portal's small office

pytestmark = pytest.mark.database
CAUSES = ("usage", "price", "tiers", "rename", "move")

Changes = some.lists(some.tuples(some.sampled_from(CAUSES), some.integers(0, 10_000)), min_size=1, max_size=3)


class Happening:
    """An office to which things happen."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self._folder, self._count = office, folder, 0

    def happen(self, what: str, number: int) -> None:
        """One thing of this kind; the number says which."""
        self._count += 1
        getattr(self, f"_{what}")(number)

    def _usage(self, number: int) -> None:
        day = date(2024, 1, 20) + timedelta(days=number % 60)
        subscription = (LAB, TRIAL, DISKS, MEMORY, CREDIT)[number % 5]
        meter = ("d2", "d8", "d2", "unknown")[number % 4]
        file = self._folder / f"more-{self._count}.csv"
        file.write_text(
            "id,at,subscription,resource,meter,seconds\n"
            f"more-{self._count}-{number},{day}T07:00:00Z,{subscription},vm-9,{meter},{number * 37 + 1}\n",
            encoding="utf-8",
        )
        take_in(self.office, self._folder / "usage.toml", [file])

    def _price(self, number: int) -> None:
        self._reprice(number, lambda price: replace(price, tiers=(Tier(Decimal(0), Decimal(number + 1).scaleb(-4)),)))

    def _tiers(self, number: int) -> None:
        tiers = (Tier(Decimal(0), Decimal("0.5")), Tier(Decimal(number % 300 + 1), Decimal("0.25")))
        self._reprice(number, lambda price: replace(price, tiers=tiers, model=PriceModel.GRADUATED))

    def _reprice(self, number: int, change: Any) -> None:
        prices = [price for price in prices_as_of() if price.meter == ("d2", "d8")[number % 2]]
        record_prices([change(price) for price in prices], self.office.now(), "a test")

    def _rename(self, number: int) -> None:
        self._agree('name = "Disks"', f'name = "Disks {number}"')

    def _move(self, number: int) -> None:
        del number
        self._agree('id = "compute"\nname = "Compute"', 'id = "compute"\nname = "Computing"')

    def _agree(self, before: str, after: str) -> None:
        file = self._folder / "agreements.toml"
        changed = self._folder / "changed.toml"
        changed.write_text(file.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
        apply(self.office, changed)


def _waiting(office: Office) -> Iterator[tuple[InvoiceScope, Period, InvoiceKind]]:
    """Every period without an invoice."""
    versions = ScopeVersions(current_as_of().revision)
    for scope in invoice_scopes():
        kind = main_kind(scope)
        for period in unbilled_periods(scope, office.today(), kind, issued_periods_of(scope, kind)):
            if then := versions.for_period(scope, period):
                yield then, period, kind


def _estimate(rated: RatedPeriod) -> object:
    try:
        return rated.estimate
    except UnableTo:
        return None


def _own_charges(rated: RatedPeriod, subscription: str) -> Money:
    """What a subscription's own lines come to, drafted alone: the plain way."""
    own = tuple(each for each in rated.scope.subscriptions if each.id == subscription)
    lines = tuple(line for line in rated.lines if line.subscription == subscription)
    return replace(rated, scope=replace(rated.scope, subscriptions=own), lines=lines).estimate.charges


def _require_kept_as_fresh(office: Office) -> None:
    as_of = current_as_of()
    waiting = [(scope, period) for scope, period, kind in _waiting(office) if kind is InvoiceKind.SERVICES]
    fresh = rate_periods(office, waiting, as_of)
    for _ in range(2):  # what is worked out, and what is kept of it
        known = known_periods(office, waiting, as_of)
        assert [(one.scope, one.period) for one in known] == [(one.scope, one.period) for one in fresh]
        for one, rated in zip(known, fresh, strict=True):
            assert one.known.estimate == _estimate(rated)
            assert one.known.amounts == amounts_of(rated)
            assert one.known.has_usage == rated.has_usage
            assert one.known.unpriced_rows == sum(each.rows for each in rated.unpriced)
            assert one.obstacles == rated.obstacles
            wanted = [each.id for each in rated.scope.subscriptions]
            assert own_charges_of(office, one, wanted, as_of) == {each: _own_charges(rated, each) for each in wanted}
    for scope, period in waiting:
        row, listed = row_of(office, scope, period), rows_of_scopes(office, [scope])[scope.scope]
        assert row in listed


def _require_days_as_fresh(office: Office) -> None:
    """Of wholes and of parts, of billed and of open periods."""
    wholes = invoice_scopes()
    parts = [replace(whole, subscriptions=(each,)) for whole in wholes for each in whole.subscriptions if whole.profile]
    for scope in (*wholes, *parts):
        for period in begun_periods(scope, office.today())[-2:]:
            by_day: dict[date, Decimal] = defaultdict(Decimal)
            count = 0
            with charges_of_period(office, scope, period) as found:
                for charge in found.charges():
                    by_day[charge.day] += charge.amount
                    count += 1
            for _ in range(2):
                usage = daily_usage(office, scope, period, Asked(by=Grouping.NONE))
                assert {one.day: one.cost.amount for one in usage.days} == by_day
                assert usage.total.amount == sum(by_day.values())
                assert usage.row_count == count
                assert usage.invoice_number == found.invoice.number


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(changes=Changes)
def test_what_is_kept_is_what_a_fresh_rating_gives(
    changes: list[tuple[str, int]], small: Office, tmp_path: Path
) -> None:
    """Usage that comes late, new prices, tiers, other names: an answer of before is never shown for one of now."""
    happening = Happening(small, tmp_path)
    for what, number in changes:
        happening.happen(what, number)
        _require_kept_as_fresh(small)
    _require_days_as_fresh(small)


def test_nothing_is_rated_for_what_is_kept(small: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second look opens no engine; a damaged file of kept answers, or none, only costs time."""
    rows = rows_of_scopes(small, invoice_scopes())
    monkeypatch.setattr(estimates, "rate_periods", lambda *_: pytest.fail("rated again"))
    assert rows_of_scopes(small, invoice_scopes()) == rows
    monkeypatch.undo()
    (small.home / FILE).write_bytes(b"no database at all" * 100)
    for _ in range(2):
        assert rows_of_scopes(small, invoice_scopes()) == rows
    (small.home / FILE).unlink()
    assert rows_of_scopes(small, invoice_scopes()) == rows


def test_who_writes_at_the_same_time_costs_no_answer(small: Office) -> None:
    """What cannot be kept meanwhile is shown all the same."""
    rows = rows_of_scopes(small, invoice_scopes())
    with closing(sqlite3.connect(small.home / FILE)) as writer:
        writer.execute("DELETE FROM kept")
        writer.commit()
        writer.execute("BEGIN IMMEDIATE")
        assert rows_of_scopes(small, invoice_scopes()) == rows


def test_a_list_may_show_an_older_estimate_with_its_moment(small: Office, tmp_path: Path) -> None:
    """Up to a day, if the office works ahead, and only where nothing but usage came."""
    lab = next(scope for scope in invoice_scopes() if scope.scope.id == LAB)
    refresh(small)
    before = rows_of_scopes(small, [lab], may_be_older=True)[lab.scope][0]
    Happening(small, tmp_path).happen("usage", 50)  # of the Lab, on 10 March
    later = replace(small, clock=small.now() + timedelta(hours=20))
    older = rows_of_scopes(later, [lab], may_be_older=True)[lab.scope][0]
    assert (older.estimate, older.moment) == (before.estimate, small.now())
    current = rows_of_scopes(later, [lab])[lab.scope][0]
    assert current.moment == later.now()
    assert current.estimate != before.estimate
    assert rows_of_scopes(later, [lab], may_be_older=True)[lab.scope][0] == current  # what is newer is kept instead
    Happening(small, tmp_path).happen("tiers", 1)
    assert rows_of_scopes(later, [lab], may_be_older=True)[lab.scope][0].moment == later.now()
    much_later = replace(small, clock=small.now() + timedelta(hours=60))
    assert rows_of_scopes(much_later, [lab], may_be_older=True)[lab.scope][0].moment == much_later.now()


def test_working_ahead_counts_every_period_without_an_invoice(small: Office) -> None:
    """And tells how far it is."""
    told: list[tuple[int, int]] = []
    count = refresh(small, lambda done, of: told.append((done, of)))
    assert count == sum(1 for _ in _waiting(small))
    assert told[-1] == (len(invoice_scopes()), len(invoice_scopes()))
    assert {place.invoice_scope for place in tree().places()} >= {scope.scope for scope in invoice_scopes()}
