"""A customer under each agreement, month after month: from the agreements file to invoice, documents and usage file.

Amounts are worked out by hand: hours × price, less credit, and 25 percent of tax on what is left.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kvitto.records.invoices import list_invoices
from kvitto.runs.apply_agreements import apply
from kvitto.runs.credits import credit_of
from kvitto.runs.explain_absence import why
from kvitto.runs.export_agreements import migration
from kvitto.runs.make_documents import kept_documents
from tests.runs.closing.agreement_offices import (
    EA,
    IN_OPEN,
    MCA,
    MOSP,
    MPA,
    NOTHING,
    PEOPLE,
    REFUSED,
    SEEN,
    SELLER,
    Open,
    agreed,
    closed,
    downloads,
    sums,
    used,
    visits,
)
from tests.runs.offices import at, written

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_pay_as_you_go_has_services_marketplace_and_support_apart(open_office: Open) -> None:
    """Support at once, the marketplace on the 9th, services on the account's day after the 5th to the 4th."""
    made = open_office(MOSP)
    first = closed(made, date(2024, 1, 5))
    assert {key: sums(one) for key, one in first.items()} == {"plan AzureSupport": "30.00 - 0.00 + 7.50 - 0.00 = 37.50"}
    used(made, ("lab", "cpu", "100", "2024-01-10"), ("lab", "guard", "3", "2024-01-10"))
    on_the_9th = closed(made, date(2024, 2, 9))
    assert {key: sums(one) for key, one in on_the_9th.items()} == {
        "lab AzureMarketplace": "6.00 - 0.00 + 1.50 - 0.00 = 7.50",
    }
    used(made, ("lab", "cpu", "5.05", "2024-02-04"), ("lab", "cpu", "1", "2024-02-05"))
    on_the_2nd = closed(made, date(2024, 3, 2))
    assert {key: sums(one) for key, one in on_the_2nd.items()} == {
        "lab AzureServices": "10.51 - 0.00 + 2.63 - 0.00 = 13.14",
        "plan AzureSupport": "30.00 - 0.00 + 7.50 - 0.00 = 37.50",
    }
    services = on_the_2nd["lab AzureServices"]
    assert (services.period.start, services.period.last_day) == (date(2024, 1, 5), date(2024, 2, 4))
    assert [(name, downloads(name, services)) for name in ("anna", "bo", "nobody")] == [
        ("anna", SEEN), ("bo", REFUSED), ("nobody", NOTHING),
    ]  # fmt: skip
    assert downloads("anna", first["plan AzureSupport"]) == SEEN


def test_a_profile_has_everything_on_one_invoice_less_its_credit(open_office: Open) -> None:
    """10 of usage, 6 of the marketplace and 29 of support; credit pays for the usage alone, before tax and after it."""
    made = open_office(MCA)
    used(made, ("waves", "cpu", "100", "2024-01-10"), ("waves", "guard", "3", "2024-01-10"))
    (january,) = closed(made, date(2024, 2, 5)).values()
    # 45 − 4 = 41, tax 10.25; the balance pays what is left of the usage with its tax: 6 × 1.25
    assert sums(january) == "45.00 - 4.00 + 10.25 - 7.50 = 43.75"
    (february,) = closed(made, date(2024, 3, 5)).values()
    assert sums(february) == "29.00 - 0.00 + 7.25 - 0.00 = 36.25"
    assert credit_of(made, "cork").summary.current.amount == Decimal("12.50")
    assert [(name, downloads(name, january)) for name in ("anna", "bo", "cia", "nobody")] == [
        ("anna", SEEN), ("bo", SEEN), ("cia", NOTHING), ("nobody", NOTHING),
    ]  # fmt: skip


def test_an_enrollment_is_invoiced_for_what_its_prepayment_does_not_cover(open_office: Open) -> None:
    """January is within the 30 prepaid and has no invoice; February goes over; March has what prepayment never pays."""
    made = open_office(EA)
    used(made, ("forge", "cpu", "200", "2024-01-10"))
    assert closed(made, date(2024, 2, 14)) == {}
    assert credit_of(at(made, date(2024, 2, 14)), "works").summary.current.amount == 10
    assert why(at(made, date(2024, 2, 14)), "forge", "2024-01").reason == "N14"
    used(made, ("forge", "cpu", "300", "2024-02-10"))
    (february,) = closed(made, date(2024, 3, 14)).values()
    assert sums(february) == "30.00 - 10.00 + 5.00 - 0.00 = 25.00"
    used(
        made,
        ("forge", "cpu", "10", "2024-03-10"),
        ("forge", "ubuntu", "4", "2024-03-10"),
        ("forge", "guard", "1", "2024-03-10"),
    )
    (march,) = closed(made, date(2024, 4, 14)).values()
    assert sums(march) == "5.00 - 0.00 + 1.25 - 0.00 = 6.25"
    assert [(section.id, section.total) for section in march.sections] == [
        ("usage", Decimal("1.00")), ("separate", Decimal("2.00")), ("marketplace", Decimal("2.00")),
    ]  # fmt: skip
    assert {one.name for one in kept_documents(march.number)} == {"invoice-pdf", "summary-pdf", "transactions-csv"}
    assert [downloads(name, march) for name in ("anna", "bo", "cia", "dag", "nobody")] == [
        SEEN, REFUSED, NOTHING, NOTHING, NOTHING,
    ]  # fmt: skip
    assert visits("cia", "/subscriptions/forge/invoices/") == REFUSED  # where it is said whom to ask
    usage = "/subscriptions/forge/periods/2024-03-01/usage.csv"
    assert [visits(name, usage) for name in ("anna", "bo", "cia", "dag", "nobody")] == [
        SEEN, SEEN, SEEN, REFUSED, NOTHING,
    ]  # fmt: skip


def test_an_enrollment_may_be_invoiced_by_the_quarter(open_office: Open) -> None:
    """One invoice in April for three months: 51 used, 30 of it prepaid."""
    made = open_office(EA.replace('"monthly"', '"quarterly"'))
    for hours, month in (("200", "01"), ("300", "02"), ("10", "03")):
        used(made, ("forge", "cpu", hours, f"2024-{month}-10"))
    assert closed(made, date(2024, 3, 20)) == {}
    (quarter,) = closed(made, date(2024, 4, 14)).values()
    assert (quarter.period.start, quarter.period.last_day) == (date(2024, 1, 1), date(2024, 3, 31))
    assert sums(quarter) == "51.00 - 30.00 + 5.25 - 0.00 = 26.25"


def test_a_partner_pays_net_of_its_credit_by_the_rate_of_the_month(open_office: Open) -> None:
    """123.45 h × 0.085 = 10.49 cut; × 0.9215 = 9.66 cut in January, × 0.95 = 9.96 in February; due in 60 days."""
    made = open_office(MPA.format(rate="0.9215", since="2024-01-01"))
    used(made, ("ovens", "cpu", "123.45", "2024-01-10"))
    agreed(made, MPA.format(rate="0.95", since="2024-02-01"), on=date(2024, 1, 30))
    (january,) = closed(made, date(2024, 2, 5)).values()
    assert sums(january) == "9.66 - 0.00 + 2.42 - 0.00 = 12.08"
    assert (january.lines[0].priced_amount, january.lines[0].unit_price) == (Decimal("10.49"), Decimal("0.085"))
    assert (january.due_date, january.lines[0].customer_name) == (date(2024, 4, 5), "Bakery")
    used(made, ("ovens", "cpu", "123.45", "2024-02-10"))
    (february,) = closed(made, date(2024, 3, 5)).values()
    assert sums(february) == "9.96 - 0.00 + 2.49 - 0.00 = 12.45"
    assert february.exchange
    assert february.exchange.rate == Decimal("0.95")
    (march,) = closed(made, date(2024, 4, 5)).values()  # a partner's invoice is always made
    assert sums(march) == "0.00 - 0.00 + 0.00 - 0.00 = 0.00"
    assert [downloads(name, january) for name in ("anna", "bo", "cia", "nobody")] == [
        SEEN, REFUSED, NOTHING, NOTHING,
    ]  # fmt: skip
    assert visits("cia", "/subscriptions/ovens/invoices/") == REFUSED  # where it is said whom to ask


def test_prepaid_keys_are_used_up_without_an_invoice(open_office: Open) -> None:
    """12 of 20 used in twelve months: the key that expires first is spent first, and the reason is told."""
    made = open_office(IN_OPEN)
    used(made, ("prepaid", "cpu", "70", "2024-03-10"), ("prepaid", "cpu", "50", "2024-11-10"))
    assert closed(made, date(2025, 2, 2)) == {}
    lots = credit_of(at(made, date(2025, 2, 2)), "prepaid").lots
    left = {one.state.lot.id: one.state.left.amount for one in lots}
    assert left["key-2"] == 8
    assert left.get("key-1", 0) == 0
    assert why(at(made, date(2025, 2, 2)), "prepaid", "2024-01-05").reason == "N16"


def test_pay_as_you_go_becomes_a_customer_agreement(open_office: Open) -> None:
    """From 20 February on by calendar months of a profile; both cycles before it stand on one last invoice."""
    made = open_office(MOSP)
    closed(made, date(2024, 1, 5))
    found = migration(at(made, date(2024, 2, 10)), "nordlys", date(2024, 2, 20))
    apply(at(made, date(2024, 2, 10)), written(made, "moved.toml", found.text))
    used(
        made,
        ("lab", "cpu", "100", "2024-01-10"),
        ("lab", "cpu", "20", "2024-02-19"),
        ("lab", "cpu", "40", "2024-02-20"),
        ("lab", "guard", "1", "2024-02-19"),
        ("lab", "guard", "2", "2024-02-20"),
    )
    issued = closed(made, date(2024, 3, 20))
    assert {key: sums(one) for key, one in issued.items() if key.startswith("lab")} == {
        "lab AzureServices": "12.00 - 0.00 + 3.00 - 0.00 = 15.00",
        "lab AzureMarketplace": "2.00 - 0.00 + 0.50 - 0.00 = 2.50",
        "lab-profile AzureServices": "8.00 - 0.00 + 2.00 - 0.00 = 10.00",
    }
    days = {key: (one.period.start.day, one.period.last_day.day) for key, one in issued.items()}
    assert days["lab AzureServices"] == (5, 19)
    assert why(at(made, date(2024, 3, 20)), "lab", "2024-01").invoice
    own, profile = issued["lab AzureServices"], issued["lab-profile AzureServices"]
    assert [downloads("anna", own), downloads("anna", profile)] == [SEEN, SEEN]
    assert [downloads("bo", own), downloads("bo", profile)] == [REFUSED, NOTHING]


def test_an_enrollment_becomes_a_customer_agreement(open_office: Open) -> None:
    """From 1 April on, without what was prepaid: a profile with a section for the department."""
    made = open_office(EA)
    used(made, ("forge", "cpu", "400", "2024-02-10"))
    (february,) = closed(made, date(2024, 3, 14)).values()
    assert sums(february) == "40.00 - 30.00 + 2.50 - 0.00 = 12.50"
    found = migration(at(made, date(2024, 3, 20)), "works", date(2024, 4, 1))
    apply(at(made, date(2024, 3, 20)), written(made, "moved.toml", found.text))
    used(made, ("forge", "cpu", "50", "2024-03-31"), ("forge", "cpu", "70", "2024-04-01"))
    issued = closed(made, date(2024, 5, 14))
    assert {key: sums(one) for key, one in issued.items()} == {
        "works AzureServices": "5.00 - 0.00 + 1.25 - 0.00 = 6.25",
        "works-profile AzureServices": "7.00 - 0.00 + 1.75 - 0.00 = 8.75",
    }
    new = issued["works-profile AzureServices"]
    assert [section.name for section in new.sections] == ["Research"]
    assert [downloads(name, new) for name in ("anna", "bo", "cia", "nobody")] == [SEEN, SEEN, NOTHING, NOTHING]


def test_an_account_changes_its_owner(open_office: Open) -> None:
    """Who takes over sees all that was invoiced; who left sees nothing, and no invoice changes."""
    made = open_office(MOSP)
    used(made, ("lab", "cpu", "100", "2024-01-10"))
    closed(made, date(2024, 1, 5))
    before = closed(made, date(2024, 3, 2))["lab AzureServices"]
    agreed(made, MOSP.replace('administrator = "anna@', 'administrator = "eva@'), on=date(2024, 3, 4))
    used(made, ("lab", "cpu", "10", "2024-02-10"))
    after = closed(made, date(2024, 4, 2))["lab AzureServices"]
    assert (before.account_administrator, after.account_administrator) == ("anna@example.com", "eva@example.com")
    assert sums(after) == "1.00 - 0.00 + 0.25 - 0.00 = 1.25"
    for invoice in (before, after):
        assert [downloads(name, invoice) for name in ("eva", "anna")] == [SEEN, NOTHING]


def test_a_subscription_goes_to_another_owner(open_office: Open) -> None:
    """From 20 February on: the last invoice of the seller holds the closed cycle and the days after it."""
    other = MOSP.replace('"nordlys"', '"sydlys"').replace("anna@", "eva@").replace("2024-01-02", "2023-12-20")
    other = other.partition("[[mosp_accounts.subscriptions]]")[0]
    made = open_office(MOSP + other)
    closed(made, date(2024, 1, 5))
    lab = MOSP[MOSP.index('[[mosp_accounts.subscriptions]]\nid = "lab"') : MOSP.rindex("[[mosp_accounts.sub")]
    text = f"{MOSP.replace(lab, '')}{other}{lab}"
    apply(
        at(made, date(2024, 2, 15)), written(made, "sold.toml", f"{SELLER}{PEOPLE}{text}"), valid_from=date(2024, 2, 20)
    )
    used(made, ("lab", "cpu", "100", "2024-01-10"), ("lab", "cpu", "20", "2024-02-19"))
    (sold,) = (one for key, one in closed(made, date(2024, 3, 10)).items() if key == "lab AzureServices")
    assert (sold.account_id, sums(sold)) == ("nordlys", "12.00 - 0.00 + 3.00 - 0.00 = 15.00")
    used(made, ("lab", "cpu", "40", "2024-02-20"))
    bought = closed(made, date(2024, 3, 25))["lab AzureServices"]
    assert (bought.account_id, sums(bought)) == ("sydlys", "4.00 - 0.00 + 1.00 - 0.00 = 5.00")
    assert [(downloads(name, sold), downloads(name, bought)) for name in ("anna", "eva")] == [
        (SEEN, NOTHING), (NOTHING, SEEN),
    ]  # fmt: skip
    assert {one.scope.id for one in list_invoices()} == {"lab", "plan"}
