"""What happens to a customer besides ordinary months: credit that runs out, plans that end, two currencies, rebills.

Amounts are worked out by hand: hours × price, less credit, and 25 percent of tax on what is left.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kvitto.records.invoices import load
from kvitto.records.links import LinkKind, links_of
from kvitto.runs.credits import credit_of
from kvitto.runs.explain_absence import why
from kvitto.runs.invoice_life.rebill import rebill
from kvitto.runs.make_documents import render_missing
from tests.runs.closing.agreement_offices import (
    ADDRESS,
    EA,
    IN_OPEN,
    MOSP,
    MPA,
    NOTHING,
    REFUSED,
    SEEN,
    Open,
    agreed,
    assert_whole,
    closed,
    downloads,
    sums,
    used,
    visits,
)
from tests.runs.offices import at

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LAB_ONLY = MOSP.partition('[[mosp_accounts.subscriptions]]\nid = "plan"')[0]
MONTHLY_CREDIT = LAB_ONLY.replace('name = "Lab"', 'name = "Lab"\noffer = "monthly-credit"\nmonthly_credit = "5.00"')
FREE_TRIAL = LAB_ONLY.replace(
    'name = "Lab"',
    """name = "Lab"
offer = "free-trial"
spending_limit = true
credits = [{ id = "free", source = "free-trial", amount = "20", starts_on = 2024-01-05, expires_on = 2024-02-04 }]""",
)


def test_prepaid_keys_that_run_out_leave_a_rest_to_pay(open_office: Open) -> None:
    """25 used of 20: the rest is invoiced after the twelve months, with tax."""
    made = open_office(IN_OPEN)
    used(made, ("prepaid", "cpu", "250", "2024-03-10"))
    (invoice,) = closed(made, date(2025, 2, 2)).values()
    assert sums(invoice) == "25.00 - 20.00 + 1.25 - 0.00 = 6.25"
    assert [one.lot_id for one in invoice.allowances] == ["key-1", "key-2"]


def test_a_monthly_credit_is_had_anew_each_month(open_office: Open) -> None:
    """3 of 5 in the first month has no invoice and leaves nothing for the next, which is over by 3."""
    made = open_office(MONTHLY_CREDIT)
    used(made, ("lab", "cpu", "30", "2024-01-10"), ("lab", "cpu", "80", "2024-02-10"))
    assert closed(made, date(2024, 3, 2)) == {}
    assert why(at(made, date(2024, 3, 2)), "lab", "2024-01").reason == "N5"
    (invoice,) = closed(made, date(2024, 4, 2)).values()
    assert sums(invoice) == "8.00 - 5.00 + 0.75 - 0.00 = 3.75"


def test_a_free_trial_is_billed_for_nothing_until_its_limit_is_removed(open_office: Open) -> None:
    """30 used of 20: the limit keeps the first month free; without it the days after the credit are paid for."""
    made = open_office(FREE_TRIAL)
    used(made, ("lab", "cpu", "300", "2024-01-10"))
    assert closed(made, date(2024, 3, 2)) == {}
    assert why(at(made, date(2024, 3, 2)), "lab", "2024-01").reason == "N4"
    agreed(made, FREE_TRIAL.replace("spending_limit = true\n", ""), on=date(2024, 3, 4))
    used(made, ("lab", "cpu", "40", "2024-02-10"))
    (february,) = closed(made, date(2024, 4, 2)).values()
    assert sums(february) == "4.00 - 0.00 + 1.00 - 0.00 = 5.00"


def test_a_subscription_and_its_support_plan_end(open_office: Open) -> None:
    """Cancelled on 20 February: the days up to the 19th on the usual day; the plan is paid to the end of its month."""
    made = open_office(MOSP)
    closed(made, date(2024, 1, 5))
    ended = MOSP.replace("started_on = 2024-01-05", "started_on = 2024-01-05\nended_on = 2024-02-20")
    agreed(made, ended, on=date(2024, 2, 20))
    used(made, ("lab", "cpu", "100", "2024-01-10"), ("lab", "cpu", "20", "2024-02-19"))
    assert {key: sums(one) for key, one in closed(made, date(2024, 4, 2)).items()} == {
        "lab AzureServices": "12.00 - 0.00 + 3.00 - 0.00 = 15.00",
        "plan AzureSupport": "30.00 - 0.00 + 7.50 - 0.00 = 37.50",
    }
    assert closed(made, date(2024, 6, 2)) == {}


def test_an_enrollment_in_japan_has_its_marketplace_on_an_invoice_of_its_own(open_office: Open) -> None:
    """Services less prepayment; the marketplace whole; outside the scope of tax."""
    table = "[enterprise_agreements.sold_to]"
    japan = EA.replace(ADDRESS, ADDRESS.replace('"SE"', '"JP"')).replace(
        'category = "S"\nrate = "25"', 'category = "O"\nreason = "Outside the scope of VAT"'
    )
    assert table in japan
    made = open_office(japan)
    used(made, ("forge", "cpu", "400", "2024-01-10"), ("forge", "guard", "3", "2024-01-10"))
    assert {key: sums(one) for key, one in closed(made, date(2024, 2, 14)).items()} == {
        "works AzureServices": "40.00 - 30.00 + 0.00 - 0.00 = 10.00",
        "works AzureMarketplace": "6.00 - 0.00 + 0.00 - 0.00 = 6.00",
    }


@pytest.mark.parametrize(
    ("before", "after", "changed_on", "expected"),
    [
        ("quarterly", "monthly", date(2024, 4, 1), ["01-01 03-31", "04-01 04-30", "05-01 05-31", "06-01 06-30"]),
        ("quarterly", "monthly", date(2024, 2, 10), ["01-01 03-31", "04-01 04-30", "05-01 05-31", "06-01 06-30"]),
        ("monthly", "quarterly", date(2024, 4, 1), ["01-01 01-31", "02-01 02-29", "03-01 03-31", "04-01 06-30"]),
        ("monthly", "quarterly", date(2024, 3, 1), ["01-01 01-31", "02-01 02-29", "03-01 03-31", "04-01 06-30"]),
        ("quarterly", "annual", date(2024, 4, 1), ["01-01 03-31", "04-01 12-31"]),
    ],
)
def test_an_enrollment_changes_its_cadence(
    open_office: Open, before: str, after: str, changed_on: date, expected: list[str]
) -> None:
    """The new cadence begins when the running span is over; every day is invoiced once (agreements.md §6.1)."""
    made = open_office(EA.replace('"monthly"', f'"{before}"').replace('amount = "30"', 'amount = "1"'))
    used(made, *(("forge", "cpu", "100", f"2024-{month:02}-10") for month in range(1, 7)))
    spans = []
    for month in (*range(1, 9), 13):
        year, number = divmod(month - 1, 12)
        day = date(2024 + year, number + 1, 15)
        if day > changed_on and after:
            agreed(made, EA.replace('"monthly"', f'"{after}"').replace('amount = "30"', 'amount = "1"'), on=changed_on)
            after = ""
        periods = [one.period for one in closed(made, day).values()]
        spans += [f"{one.start:%m-%d} {one.last_day:%m-%d}" for one in periods]
    assert spans == expected


def test_an_indirect_enrollment_is_invoiced_to_its_partner(open_office: Open) -> None:
    """The partner opens the invoice; the enterprise administrator is told to ask for a copy."""
    partner = '{ person = "bo@example.com", role = "partner-administrator" }'
    indirect = EA.replace('cadence = "monthly"', 'cadence = "monthly"\npartner = "Via AB"').replace(
        '{ person = "bo@example.com", role = "enterprise-administrator-read-only" }', partner
    )
    made = open_office(indirect)
    used(made, ("forge", "cpu", "400", "2024-01-10"))
    (january,) = closed(made, date(2024, 2, 14)).values()
    assert january.end_customer == january.sold_to
    assert [downloads(name, january) for name in ("bo", "anna", "cia")] == [SEEN, REFUSED, NOTHING]
    usage = "/subscriptions/forge/periods/2024-01-01/usage.csv"
    assert [visits(name, usage) for name in ("bo", "anna", "cia")] == [SEEN, REFUSED, REFUSED]  # prices not released


def test_a_partner_has_an_invoice_in_each_currency(open_office: Open) -> None:
    """The same usage, 123.45 h × 0.085 = 10.49: × 0.9215 = 9.66 euro, and in dollars as it is."""
    made = open_office(
        MPA.format(rate="0.9215", since="2024-01-01")
        + f"""
[[partner_agreements.billing_profiles]]
id = "dollars"
name = "Dollars"
currency = "USD"
[[partner_agreements.billing_profiles.customers]]
id = "dairy"
name = "Dairy"
[partner_agreements.billing_profiles.customers.party]
name = "Dairy AB"
{ADDRESS}
[[partner_agreements.billing_profiles.customers.subscriptions]]
id = "churns"
name = "Churns"
started_on = 2024-01-01
"""
    )
    used(made, ("ovens", "cpu", "123.45", "2024-01-10"), ("churns", "cpu", "123.45", "2024-01-10"))
    issued = closed(made, date(2024, 2, 5))
    assert {key: (one.currency, sums(one)) for key, one in issued.items()} == {
        "euros AzureServices": ("EUR", "9.66 - 0.00 + 2.42 - 0.00 = 12.08"),
        "dollars AzureServices": ("USD", "10.49 - 0.00 + 2.62 - 0.00 = 13.11"),
    }


@pytest.mark.parametrize("as_known_now", [False, True])
def test_a_rebilled_enrollment_takes_its_prepayment_again(open_office: Open, as_known_now: bool) -> None:  # noqa: FBT001
    """Void, credit note, new invoice with another order number; the lot is where it was, and files still add up."""
    made = open_office(EA)
    used(made, ("forge", "cpu", "400", "2024-01-10"), ("forge", "guard", "1", "2024-01-10"))
    (old,) = closed(made, date(2024, 2, 14)).values()
    assert sums(old) == "42.00 - 30.00 + 3.00 - 0.00 = 15.00"
    today = at(made, date(2024, 2, 20))
    agreed(
        made, EA.replace('cadence = "monthly"', 'cadence = "monthly"\npurchase_order = "PO-7"'), on=date(2024, 2, 20)
    )
    rebill(today, old.number, as_known_now=as_known_now)
    render_missing(today)
    linked = {link.kind: link.other for link in links_of([old.number])[old.number]}
    new, note = load(linked[LinkKind.REBILL]), load(linked[LinkKind.VOID])
    assert (sums(new), new.purchase_order) == (sums(old), "PO-7")
    assert note.totals.payable == Decimal(15)
    assert credit_of(today, "works").summary.current.amount == 0
    assert_whole(today, new)
    assert [downloads("anna", invoice) for invoice in (old, new, note)] == [SEEN, SEEN, SEEN]
