"""Every figure of Partner Center is one of the invoice's, of the rating, or the difference of two that are shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.test import Client

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.agreements.parts import part_of
from kvitto.money import EXACT, Money, exact_sum, round_half_away
from kvitto.periods import Period, calendar_month
from kvitto.records.agreements import own_invoice_scope
from kvitto.records.invoices import load
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.daily_usage import daily_usage
from kvitto.runs.office import Office
from kvitto.runs.partner.charges import PartnerMonth, partner_months, this_month
from tests.portal.partner.test_pages import FEBRUARY, rows, text
from tests.runs.offices import at, import_rows

As = Callable[[str], Client]
JANUARY_DAYS, FEBRUARY_DAYS, MARCH_DAYS = (calendar_month(date(2024, month, 1)) for month in (1, 2, 3))
BAKERS, ACTORS = ("ovens", "mixers"), ("lights",)
EARNED = Decimal("0.15")


def riga() -> object:
    """The partner's billing profile."""
    return own_invoice_scope(Scope(ScopeKind.BILLING_PROFILE, "riga-eur"))


def month(office: Office, period: Period, subscriptions: tuple[str, ...]) -> PartnerMonth:
    """What some subscriptions came to in a month."""
    (found,) = partner_months(office, riga(), subscriptions, [period])  # type: ignore[arg-type]
    return found


def rounded(amount: Decimal) -> Money:
    """To cents of a euro."""
    return Money(round_half_away(amount, 2), "EUR")


def test_customers_add_up_to_the_invoice(partner_office: Office) -> None:
    """The partner's price of each customer is its lines of the invoice, and together they are all of them."""
    invoice = load(FEBRUARY)
    bakery, theatre = (month(partner_office, FEBRUARY_DAYS, each) for each in (BAKERS, ACTORS))
    assert bakery.invoice == FEBRUARY
    assert bakery.charges == Money(
        exact_sum(line.amount for line in invoice.lines if line.customer_id == "bakery"), "EUR"
    )
    assert bakery.charges + theatre.charges == Money(invoice.totals.lines, "EUR")  # type: ignore[operator]


def test_an_open_month_is_what_the_list_of_customers_says(partner_office: Office) -> None:
    """Of both customers; together they are the estimate of the profile."""
    (this,) = this_month(partner_office, [riga()])  # type: ignore[list-item]
    bakery, theatre = (month(partner_office, MARCH_DAYS, each) for each in (BAKERS, ACTORS))
    assert this.of_customer("bakery") == bakery.charges
    assert this.of_customer("theatre") == theatre.charges
    assert this.of_customer("empty") is None


def test_list_price_credit_and_difference_by_hand(partner_office: Office) -> None:
    """February: six days of 3.333 and 0.017 hours of cpu, and of 7.1 hours of disk; a dollar is 0.92 euro."""
    found = month(partner_office, FEBRUARY_DAYS, BAKERS)
    cpu, disk, rate = 6 * (Decimal("3.333") + Decimal("0.017")), 6 * Decimal("7.1"), Decimal("0.92")
    assert found.at_list == rounded((cpu * Decimal("1.50") + disk * Decimal("0.30")) * rate)
    assert found.earned == rounded(cpu * Decimal("1.00") * EARNED * rate)
    assert found.charges is not None
    assert found.difference == found.at_list - found.charges
    assert found.corrections is None


def test_without_a_list_price_there_is_no_difference(partner_office: Office, as_: As) -> None:
    """The Theatre used something in March that no list has; in February it did not."""
    march, february = (month(partner_office, each, ACTORS) for each in (MARCH_DAYS, FEBRUARY_DAYS))
    assert (march.at_list, march.difference) == (None, None)
    assert march.charges is not None
    assert february.difference is not None
    assert "a list price is missing" in text(as_("adm"), "/partner-center/customers/theatre/")


def test_what_corrects_another_month_is_in_the_price_and_not_in_the_difference(partner_office: Office) -> None:
    """Ten hours of disk in February that came after its invoice, billed with March."""
    import_rows(partner_office, ["late-1,ovens,vm-ovens,disk,10,2024-02-20T06:00:00Z"], "late.csv")
    before = month(partner_office, MARCH_DAYS, BAKERS)
    close(at(partner_office, date(2024, 4, 10)))
    march = month(at(partner_office, date(2024, 4, 10)), MARCH_DAYS, BAKERS)
    lines = [line for line in load(march.invoice).lines if line.customer_id == "bakery"]
    late = [line.amount for line in lines if line.corrects]
    assert len(late) == 1
    assert march.corrections == Money(late[0], "EUR")
    assert march.charges == Money(exact_sum(line.amount for line in lines), "EUR")
    assert (march.at_list, march.earned, march.difference) == (before.at_list, before.earned, before.difference)
    assert month(partner_office, FEBRUARY_DAYS, BAKERS).corrections is None


def test_the_list_price_is_what_the_customer_is_shown(partner_office: Office) -> None:
    """On the page of daily usage that opens with the policy; the partner's own page shows what it is billed."""
    from dataclasses import replace

    whole = riga()
    part = part_of(whole, Scope(ScopeKind.CUSTOMER, "bakery"))  # type: ignore[arg-type]
    listed = replace(part, account=replace(part.account, price_sheet="list"))
    shown = daily_usage(partner_office, listed, FEBRUARY_DAYS, at_list_prices=True)
    assert rounded(shown.total.amount) == month(partner_office, FEBRUARY_DAYS, BAKERS).at_list
    billed = daily_usage(partner_office, part, FEBRUARY_DAYS)
    lines = [line for line in load(FEBRUARY).lines if line.customer_id == "bakery"]
    assert billed.total.amount == exact_sum(line.amount_unrounded for line in lines)
    assert {row.unit_price for row in billed.rows} == {Decimal("0.85"), Decimal("0.2")}


def test_files_add_up(partner_office: Office, as_: As) -> None:
    """The reconciliation file to the cent; daily-rated usage to what its lines were before they were cut."""
    client, invoice = as_("bil"), load(FEBRUARY)
    lines = rows(client, f"/partner-center/invoices/{FEBRUARY}/reconciliation.csv")
    assert sum(Decimal(row["Subtotal"]) for row in lines) == invoice.totals.lines
    assert {row["TaxTotal"] for row in lines} == {"0"}
    assert {row["InvoiceNumber"] for row in lines} == {FEBRUARY}
    assert {row["PCToBCExchangeRate"] for row in lines} == {"0.92"}
    own = rows(client, f"/partner-center/customers/bakery/invoices/{FEBRUARY}/reconciliation.csv")
    assert own == [row for row in lines if row["CustomerId"] == "bakery"]
    days = rows(client, f"/partner-center/invoices/{FEBRUARY}/daily-rated.csv")
    assert sum(Decimal(row["BillingPreTaxTotal"]) for row in days) == exact_sum(
        line.amount_unrounded for line in invoice.lines
    )
    for row in days:
        priced = EXACT.multiply(Decimal(row["Quantity"]), Decimal(row["EffectiveUnitPrice"]))
        assert Decimal(row["PricingPreTaxTotal"]) == priced
    mine = rows(client, "/partner-center/customers/bakery/periods/2024-02-01/daily-rated.csv")
    assert mine == [row for row in days if row["CustomerName"] == "Bakery"]
    cpu = next(row for row in mine if row["MeterId"] == "cpu")
    assert (cpu["UnitPrice"], cpu["EffectiveUnitPrice"], cpu["PartnerEarnedCreditPercentage"]) == ("1", "0.85", "15")


def test_an_open_month_has_usage_without_a_number(as_: As) -> None:
    """Before there is an invoice."""
    mine = rows(as_("hel"), "/partner-center/customers/bakery/periods/2024-03-01/daily-rated.csv")
    assert {row["InvoiceNumber"] for row in mine} == {""}
    assert {row["SubscriptionId"] for row in mine} == set(BAKERS)
