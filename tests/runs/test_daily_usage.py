"""Daily usage for a page: filters, groups, pages, and days that agree with the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kvitto.agreements.hierarchy import InvoiceScope, Scope, ScopeKind
from kvitto.money import exact_sum
from kvitto.periods import calendar_month
from kvitto.records.agreements import invoice_scope, invoice_scopes
from kvitto.records.kept import FILE
from kvitto.runs import daily_usage as daily_usage_module
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.daily_usage import Asked, DailyUsage, Grouping, daily_usage
from kvitto.runs.office import Office
from kvitto.runs.usage_ahead import work_usage_ahead
from tests.runs.offices import FIRST_CLOSE, at, import_price, import_rows, made

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MakeOffice = Callable[..., Office]
FEBRUARY = calendar_month(date(2024, 2, 1))
ROWS = [
    f"{day}-{vm}-{meter},lab,{vm},{meter},{day}.125,2024-02-{day:02}T10:00:00Z"
    for day in range(1, 11)
    for vm in ("VM-a", "vm-b")
    for meter in ("cpu", "gpu")
]


@pytest.fixture
def small(office: MakeOffice) -> Office:
    """The small office with two meters on two machines over ten days, and two subscriptions in one profile."""
    small = made(office(date(2024, 3, 2)), ())
    import_price(small, "gpu,1.5,2024-01-01")
    shared = [f"{name},{name},vm,cpu,{hours},2024-02-10T00:00:00Z" for name, hours in (("waves", 1), ("tides", 2))]
    import_rows(small, [*ROWS, *shared])
    return small


def lab() -> InvoiceScope:
    """The pay-as-you-go subscription."""
    found = invoice_scope(Scope(ScopeKind.SUBSCRIPTION, "lab"))
    assert found
    return found


def seen(office: Office, **asked: object) -> DailyUsage:
    """The lab's February as it is asked for."""
    return daily_usage(office, lab(), FEBRUARY, Asked(**asked))  # type: ignore[arg-type]


def check_sums(usage: DailyUsage) -> None:
    """Days and total agree; and the rows do, if all are on this page."""
    assert exact_sum(day.cost.amount for day in usage.days) == usage.total.amount
    if usage.page_count == 1:
        assert exact_sum(row.cost.amount for row in usage.rows) == usage.total.amount


def test_rows_come_by_day_with_everything_a_table_shows(small: Office) -> None:
    """A row is a day, meter and resource with quantity, unit, unit price and unrounded cost."""
    usage = seen(small)
    assert usage.row_count == len(usage.rows) == len(ROWS)
    assert [row.day for row in usage.rows] == sorted(row.day for row in usage.rows if row.day)
    first = usage.rows[0]
    assert (first.day, first.meter, first.meter_name, first.resource) == (date(2024, 2, 1), "cpu", "cpu", "VM-a")
    assert (first.quantity, first.unit, first.unit_price) == (Decimal("1.125"), "hour", Decimal("0.1"))
    assert (first.cost.amount, first.cost.currency) == (Decimal("0.1125"), "USD")
    assert (first.subscription, first.subscription_name) == ("lab", "Lab")
    assert usage.meters == (("cpu", "cpu"), ("gpu", "gpu"))
    assert usage.invoice_number == ""
    check_sums(usage)


filters = st.fixed_dictionaries(
    {},
    optional={
        "meter": st.sampled_from(["cpu", "gpu", "none"]),
        "resource": st.sampled_from(["vm", "A", "vm-b", "x"]),
        "subscription": st.sampled_from(["lab", "other"]),
        "day": st.sampled_from([date(2024, 2, 3), date(2024, 2, 29)]),
        "by": st.sampled_from(list(Grouping)),
        "rows_per_page": st.sampled_from([1, 3, 7, 100]),
    },
)


@given(filters)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_all_pages_and_all_days_add_up_to_the_total(small: Office, asked: dict[str, object]) -> None:
    """Whatever is asked: every row is on exactly one page, and rows, days and total agree to the last digit."""
    first = seen(small, **asked)
    pages = [seen(small, **{**asked, "page": page}) for page in range(1, min(first.page_count, 12) + 1)]
    check_sums(first)
    if first.page_count <= 12:
        rows = [row for page in pages for row in page.rows]
        assert len(rows) == first.row_count
        assert len(set(rows)) == len(rows)
        assert exact_sum(row.cost.amount for row in rows) == first.total.amount


def test_filters_narrow_table_and_chart_alike(small: Office) -> None:
    """Meter and day are exact, a resource is found by a part of its name in any case."""
    usage = seen(small, meter="gpu", resource="VM-A", day=date(2024, 2, 3))
    (row,) = usage.rows
    assert (row.meter, row.resource, row.cost.amount) == ("gpu", "VM-a", Decimal("4.6875"))
    assert [(day.day, day.cost) for day in usage.days] == [(date(2024, 2, 3), row.cost)]
    assert usage.meters == (("cpu", "cpu"), ("gpu", "gpu"))


def test_nothing_found_is_an_empty_table(small: Office) -> None:
    """A filter that lets nothing pass gives one empty page and a total of zero."""
    usage = seen(small, resource="absent")
    assert (usage.rows, usage.days, usage.row_count, usage.page_count, usage.page) == ((), (), 0, 1, 1)
    assert usage.total.amount == 0


def test_groups_are_dearest_first_and_days_in_order(small: Office) -> None:
    """A group of one unit has a quantity, a group of one price a unit price; days stay days."""
    by_meter = seen(small, by=Grouping.METER)
    assert [row.meter for row in by_meter.rows] == ["gpu", "cpu"]
    assert (by_meter.rows[0].unit_price, by_meter.rows[0].quantity) == (Decimal("1.5"), Decimal("112.5"))
    by_day = seen(small, by=Grouping.DAY)
    assert [(row.day, row.cost) for row in by_day.rows] == [(day.day, day.cost) for day in by_day.days]
    assert by_day.rows[0].unit_price is None
    assert {row.resource for row in seen(small, by=Grouping.RESOURCE).rows} == {"VM-a", "vm-b"}


def test_pages_beyond_the_last_give_the_last(small: Office) -> None:
    """A page that does not exist is not an error."""
    usage = seen(small, rows_per_page=30, page=99)
    assert (usage.page, usage.page_count, len(usage.rows)) == (2, 2, 10)
    assert seen(small, page=-3).page == 1


def test_very_many_rows_are_read_twice_and_give_the_same(small: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the limit of what is held, each page is the same as below it."""
    asked = [{"rows_per_page": 7, "page": page} for page in range(1, 7)]
    held = [seen(small, **one).rows for one in asked]
    monkeypatch.setattr(daily_usage_module, "_ROWS_HELD", 5)
    assert [seen(small, **one).rows for one in asked] == held


def test_an_issued_period_stays_as_it_was_billed(small: Office) -> None:
    """After the invoice, later usage does not change what is shown, and the invoice's number stands there."""
    later = at(small, FIRST_CLOSE)
    close(later)
    before = seen(later)
    import_rows(later, ["late,lab,vm-c,cpu,9,2024-02-05T00:00:00Z"], "late.csv")
    assert seen(later) == before
    assert before.invoice_number.startswith("K-2024-")


def test_a_part_of_a_profile_shows_its_own_usage(small: Office) -> None:
    """Someone who may see one subscription of a profile sees its usage, meters and total, nothing of the others."""
    whole = invoice_scope(Scope(ScopeKind.BILLING_PROFILE, "cork"))
    assert whole
    tides = replace(whole, subscriptions=tuple(one for one in whole.subscriptions if one.id == "tides"))
    part, all_of_it = (daily_usage(small, scope, FEBRUARY) for scope in (tides, whole))
    assert [(row.subscription, row.cost.amount) for row in part.rows] == [("tides", Decimal("0.2"))]
    assert part.subscriptions == (("tides", "Tides"),)
    assert part.total.amount == Decimal("0.2")
    assert all_of_it.total.amount == Decimal("0.3")


def test_usage_without_a_price_is_named_beside_the_table(small: Office) -> None:
    """What waits for a price is in no row and no sum, and not silent."""
    import_rows(small, ["odd,lab,vm-1,tpu,1,2024-02-05T00:00:00Z"], "odd.csv")
    usage = seen(small)
    assert [(one.meter, one.rows) for one in usage.unpriced] == [("tpu", 1)]
    assert usage.row_count == len(ROWS)
    assert daily_usage(small, lab(), FEBRUARY).unpriced == usage.unpriced


def test_charges_of_a_large_scope_are_read_once_for_every_grouping(
    small: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is what it would be alone."""
    groupings = [by for by in Grouping if by is not Grouping.NONE]
    alone = {by: seen(small, by=by) for by in groupings}
    (small.home / FILE).unlink()
    monkeypatch.setattr(daily_usage_module, "LARGE", 1)
    seen(small, by=Grouping.DAY)
    monkeypatch.setattr(daily_usage_module, "charges_of_period", lambda *_, **__: pytest.fail("read again"))
    assert {by: seen(small, by=by) for by in groupings} == alone


def test_usage_of_large_scopes_is_worked_out_before_anybody_looks(
    small: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By day, as its page begins; of small ones nothing."""
    assert work_usage_ahead(small) == 0
    expected = seen(small, by=Grouping.DAY)
    (small.home / FILE).unlink()
    count, told = len(invoice_scopes()), []
    assert work_usage_ahead(small, least=1, progress=lambda *step: told.append(step)) == count
    assert told == [(done, count) for done in range(count)]
    monkeypatch.setattr(daily_usage_module, "charges_of_period", lambda *_, **__: pytest.fail("read again"))
    assert seen(small, by=Grouping.DAY) == expected
