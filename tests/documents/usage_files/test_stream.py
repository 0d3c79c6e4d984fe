"""The flat usage file: its form, its columns, and that it adds up to the invoice."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvitto.agreements.hierarchy import Customer, Department, EnrollmentAccount
from kvitto.agreements.price_sheet import ChargeKind
from kvitto.documents.usage_files.columns import COLUMNS, harmless
from kvitto.documents.usage_files.stream import write_csv
from kvitto.invoicing.drafting import DraftFacts, draft
from kvitto.invoicing.invoice import CorrectedPeriod, Invoice
from kvitto.money import EXACT, exact_sum, plain
from kvitto.periods import Period
from kvitto.rating.charge import Charge, ChargeLine
from tests.campaign import size
from tests.documents.kinds_cast import (
    CENTRAL_BANK,
    HARBOUR,
    JANUARY,
    billed,
    enrollment_invoice,
    line,
    partner_invoice,
    section,
)
from tests.invoicing.cast import FEBRUARY, ISSUED_ON, KNOWN, mca, mosp, price, subscription

PRICES = {number + 1: price(number + 1, f"m{number}", f"Meter {number}") for number in range(3)}


def charge(amount: str = "1.005", number: int = 0, day: int = 1, tier: int = 0, **names: str) -> Charge:
    """A charge of this exact amount, at one half per hour."""
    exact = Decimal(amount)
    return Charge(
        pool="lab", period_start=FEBRUARY.start, subscription=names.get("subscription", "lab"), meter=f"m{number}",
        price_id=number + 1, tier_from=Decimal(tier), day=FEBRUARY.start + timedelta(days=day - 1),
        resource=names.get("resource", "vm-1"), quantity=EXACT.multiply(exact, Decimal(2)), unit_price=Decimal("0.5"),
        amount=exact,
    )  # fmt: skip


def lines_of(charges: Iterable[Charge]) -> list[ChargeLine]:
    """The charges summed as the rating engine sums them."""
    grouped: dict[tuple[str, int, Decimal], list[Charge]] = {}
    for one in charges:
        grouped.setdefault((one.subscription, one.price_id, one.tier_from), []).append(one)
    return [
        ChargeLine(
            "lab", FEBRUARY.start, name, f"m{number - 1}", number, tier, Decimal("0.5"),
            exact_sum(one.quantity for one in group), exact_sum(one.amount for one in group),
            min(one.day for one in group), max(one.day for one in group),
        )
        for (name, number, tier), group in grouped.items()
    ]  # fmt: skip


def issued(charges: Iterable[Charge]) -> Invoice:
    """The issued MOSP invoice of the charges."""
    return replace(
        draft(DraftFacts(mosp(), FEBRUARY, lines_of(charges), PRICES, ISSUED_ON, KNOWN)), number="K-2024-000017"
    )


def rows_of(pieces: Iterable[bytes]) -> list[dict[str, str]]:
    """The rows as a spreadsheet reads them."""
    return list(csv.DictReader(io.StringIO(b"".join(pieces).decode("utf-8-sig"), newline="")))


amounts = st.decimals("-50", "50", places=9).map(lambda value: f"{value:f}")
many_charges = st.lists(
    st.builds(charge, amounts, st.integers(0, 2), st.integers(1, 29), st.sampled_from([0, 100])),
    min_size=1,
    max_size=25,
)


@pytest.mark.campaign
@settings(max_examples=size(sample=60, full=5_000))
@given(many_charges)
def test_costs_add_up_to_the_invoice(charges: list[Charge]) -> None:
    """Σ Cost is the sum of the rounded lines, exactly, also by line; without the rounding rows, the unrounded sum."""
    invoice = issued(charges)
    rows = rows_of(write_csv(invoice, charges))
    assert exact_sum(Decimal(row["Cost"]) for row in rows) == invoice.totals.lines
    for one in invoice.lines:
        name = (one.meter, f"{one.tier_from:f}")
        of_line = [Decimal(row["Cost"]) for row in rows if (row["MeterId"], row["TierMinimumUnits"]) == name]
        assert exact_sum(of_line) == one.amount
    usage = [row for row in rows if row["ChargeType"] == "Usage"]
    assert exact_sum(Decimal(row["Cost"]) for row in usage) == invoice.totals.unrounded
    assert len(rows) - len(usage) == len(invoice.lines)
    for row in usage:
        assert EXACT.multiply(Decimal(row["Quantity"]), Decimal(row["UnitPrice"])) == Decimal(row["Cost"])


def test_a_row_of_usage_has_every_fact() -> None:
    """A usage row names who, what, when, how much, at what price, and the invoice and line it is on."""
    charges = [charge("0.0000001000", day=5)]
    row = rows_of(write_csv(issued(charges), charges))[0]
    assert list(row) == list(COLUMNS)
    assert row == {
        "SubscriptionId": "lab", "Date": "02/05/2024", "MeterCategory": "Virtual machines", "MeterId": "m0",
        "MeterName": "Meter 0", "MeterRegion": "westeurope", "Quantity": "0.0000002", "UnitPrice": "0.5",
        "Cost": "0.0000001", "ResourceId": "vm-1", "OfferId": "pay-as-you-go", "BillingCurrency": "USD",
        "UnitOfMeasure": "h", "InvoiceId": "K-2024-000017", "BillingAccountId": "daugava",
        "BillingAccountName": "Daugavas Dati", "BillingProfileId": "lab", "BillingProfileName": "Lab",
        "InvoiceSectionId": "", "InvoiceSectionName": "", "BillingPeriodStartDate": "02/01/2024",
        "BillingPeriodEndDate": "02/29/2024", "SubscriptionName": "Lab", "ChargeType": "Usage",
        "TierMinimumUnits": "0", "LineItemNumber": "1", "AccountId": "", "AccountName": "", "CostCenter": "",
        "CustomerName": "", "CustomerTenantId": "", "ResellerName": "", "EffectivePrice": "0.5", "PayGPrice": "",
        "PartnerEarnedCreditApplied": "", "PartnerEarnedCreditRate": "", "PricingCurrency": "USD",
        "CostInPricingCurrency": "", "ExchangeRatePricingToBilling": "", "ExchangeRateDate": "", "PublisherName": "",
        "PublisherType": "Azure", "IsAzureCreditEligible": "True", "PreviousInvoiceId": "",
    }  # fmt: skip


def test_a_rounding_row_carries_the_difference_of_its_line() -> None:
    """It is dated the last day of the period, has no quantity, price or resource, and names its line."""
    charges = [charge("1.005")]
    row = rows_of(write_csv(issued(charges), charges))[-1]
    assert (row["ChargeType"], row["Cost"], row["Date"]) == ("RoundingAdjustment", "0.005", "02/29/2024")
    assert (row["Quantity"], row["UnitPrice"], row["ResourceId"], row["LineItemNumber"]) == ("", "", "", "1")


def test_an_open_period_has_no_invoice_and_no_rounding() -> None:
    """A file of what is not invoiced yet has empty invoice columns, and its costs stay unrounded."""
    charges = [charge("1.005")]
    rows = rows_of(write_csv(replace(issued(charges), number=""), charges))
    assert [(row["InvoiceId"], row["LineItemNumber"], row["Cost"]) for row in rows] == [("", "", "1.005")]


def test_one_subscription_of_a_profile_has_its_own_rows_only() -> None:
    """Asked for one subscription, the file has its usage and the rounding of its lines, under its invoice section."""
    charges = [charge("1.005", subscription="a"), charge("2.005", subscription="b")]
    scope = mca(subscription("a", section="s1"), subscription("b", section="s1"))
    invoice = replace(
        draft(DraftFacts(scope, FEBRUARY, lines_of(charges), PRICES, ISSUED_ON, KNOWN)), number="K-2024-000018"
    )
    rows = rows_of(write_csv(invoice, charges, subscriptions={"b"}))
    assert [row["ChargeType"] for row in rows] == ["Usage", "RoundingAdjustment"]
    assert {row["SubscriptionId"] for row in rows} == {"b"}
    assert {(row["BillingProfileName"], row["InvoiceSectionName"]) for row in rows} == {("Riga office", "Research")}
    assert exact_sum(Decimal(row["Cost"]) for row in rows) == Decimal("2.01")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|'/C calc'!A0", "＝1"])
def test_text_that_a_spreadsheet_would_calculate_is_made_harmless(name: str) -> None:
    """Free text never starts like a formula; numbers keep their sign."""
    charges = [charge("-1.005", resource=name)]
    row = rows_of(write_csv(issued(charges), charges))[0]
    assert row["ResourceId"] == f"'{name}"
    assert row["Cost"] == "-1.005"


def test_ordinary_text_is_not_changed() -> None:
    """Only the first character decides."""
    assert [harmless(text) for text in ("vm-1", "a=b", "", "'x", "1-2")] == ["vm-1", "a=b", "", "'x", "1-2"]


def test_form_is_rfc_4180() -> None:
    """Comma, CRLF after every row, quotes where needed and doubled inside; a BOM unless told not to."""
    charges = [charge(resource='a,"b"\r\nc'), charge(resource="名")]
    with_bom = b"".join(write_csv(issued(charges), charges))
    without = b"".join(write_csv(issued(charges), charges, bom=False))
    assert with_bom == b"\xef\xbb\xbf" + without
    assert without.startswith(b"SubscriptionId,Date,")
    assert without.endswith(b"\r\n")
    assert b',"a,""b""\r\nc",' in without
    assert ",名,".encode() in without
    assert without.replace(b"\r\n", b"").count(b"\n") == 0
    assert [row["ResourceId"] for row in rows_of([without])][:2] == ['a,"b"\r\nc', "名"]


def test_a_long_file_comes_in_pieces() -> None:
    """The charges are read as the pieces are taken, so a file of any length needs little memory."""
    charges = [charge(resource=f"vm-{number}") for number in range(5_000)]
    read: list[Charge] = []

    def reading() -> Iterable[Charge]:
        for one in charges:
            read.append(one)
            yield one

    pieces = iter(write_csv(issued(charges), reading()))
    first = next(pieces)
    assert len(first) < 100_000
    assert len(read) < 1_000
    assert len(rows_of([first, *pieces])) == 5_001


def test_a_charge_outside_the_invoice_is_a_fault() -> None:
    """A charge that belongs to no line is never written as if it did."""
    with pytest.raises(KeyError):
        list(write_csv(issued([charge(number=0)]), [charge(number=1)]))


def test_dates_are_those_of_the_original_files() -> None:
    """Month, day, year with slashes, in every row."""
    charges = [charge(day=29)]
    row = rows_of(write_csv(issued(charges), charges))[0]
    assert row["Date"] == f"{date(2024, 2, 29):%m/%d/%Y}" == "02/29/2024"


def test_fee_and_correction_have_one_row_each() -> None:
    """They stand on the invoice without usage of the period behind them, so that the file still adds up to it."""
    fee = line("100", "Standard support", "Support", charge_kind=ChargeKind.SUPPORT, price_id=0)
    late = line("18.255", corrects=CorrectedPeriod("K-2024-000003", JANUARY, "late-usage"), service_period=JANUARY)
    charges = [charge("1.005")]
    base = issued(charges)
    invoice = billed(base, [section("lab", "Lab", *base.lines, fee, late)])
    rows = rows_of(write_csv(invoice, charges))
    told = [(row["ChargeType"], row["Date"], row["Cost"], row["PreviousInvoiceId"]) for row in rows[:3]]
    assert told == [
        ("Usage", "02/01/2024", "1.005", ""),
        ("Purchase", "02/29/2024", "100", ""),
        ("Usage", "01/31/2024", "18.255", "K-2024-000003"),
    ]
    assert [row["ChargeType"] for row in rows[3:]] == ["RoundingAdjustment"] * 3
    assert exact_sum(Decimal(row["Cost"]) for row in rows) == invoice.totals.lines


def test_partner_file_has_customer_both_currencies_and_the_earned_credit() -> None:
    """Cost = Quantity × EffectivePrice × exchange rate; with the rounding rows it adds up to the invoice."""
    net = Decimal("0.34")  # 0.4 less 15 percent
    exact = EXACT.multiply(EXACT.multiply(Decimal("2.0101"), net), CENTRAL_BANK.rate)
    sold = line(
        "0", "m0", subscription_id="a", unit_price=net, amount=Decimal("0.63"), amount_unrounded=exact,
        priced_amount=Decimal("0.68"), customer_id="contoso", customer_name="Contoso",
    )  # fmt: skip
    invoice = billed(partner_invoice(), [section("vm", "Virtual machines", sold)])
    used = Charge("riga", FEBRUARY.start, "a", "m0", 1, Decimal(0), FEBRUARY.start, "vm-1", Decimal("2.0101"),
                  Decimal("0.4"), Decimal("0.80404"))  # fmt: skip
    contoso = Customer("contoso", "riga", "Contoso", HARBOUR, reseller="Ampere Reselling", directory="contoso-dir")
    scope = replace(mca(), customers=(contoso,), subscriptions=(replace(subscription("a"), customer_id="contoso"),))
    row, rounding = rows_of(write_csv(invoice, [used], scope=scope))
    expected = {
        "UnitPrice": "0.4", "EffectivePrice": "0.34", "Cost": plain(exact), "CustomerName": "Contoso",
        "CustomerTenantId": "contoso-dir", "ResellerName": "Ampere Reselling", "PartnerEarnedCreditApplied": "True",
        "PartnerEarnedCreditRate": "0.15", "PricingCurrency": "USD", "CostInPricingCurrency": "0.683434",
        "ExchangeRatePricingToBilling": "0.9234", "ExchangeRateDate": "01/31/2024", "BillingCurrency": "EUR",
        "InvoiceSectionName": "",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert exact_sum((Decimal(row["Cost"]), Decimal(rounding["Cost"]))) == Decimal("0.63")


def test_enrollment_file_has_department_account_and_cost_center() -> None:
    """The nearest cost center counts; the enrollment stands where others have a profile."""
    used = charge("1.005")
    base = issued([used])
    invoice = billed(enrollment_invoice(), [section("usage", "usage", *base.lines)])
    above = replace(subscription("lab"), enrollment_account_id="ops")
    accounts = (EnrollmentAccount("ops", "daugava", "Operations", "it"),)
    departments = (Department("it", "daugava", "IT and networks", "CC-7"),)
    scope = replace(mca(), departments=departments, enrollment_accounts=accounts, subscriptions=(above,))
    row = rows_of(write_csv(invoice, [used], scope=scope))[0]
    names = ("InvoiceSectionId", "InvoiceSectionName", "AccountId", "AccountName", "CostCenter", "BillingProfileId")
    assert [row[name] for name in names] == ["it", "IT and networks", "ops", "Operations", "CC-7", "E-8812345"]
    assert row["PayGPrice"] == "0.5"


def test_days_decide_between_lines_of_one_price_where_a_tax_rate_changed() -> None:
    """Each charge belongs to the line whose days it lies in."""
    early, later = charge("1.005", day=3), charge("2.005", day=20)
    base = issued([early, later])
    (whole,) = base.lines
    cut = date(2024, 2, 15)
    parts = [
        replace(whole, service_period=Period(FEBRUARY.start, cut), amount=Decimal("1.01"),
                amount_unrounded=Decimal("1.005")),
        replace(whole, service_period=Period(cut, FEBRUARY.end), amount=Decimal("2.01"),
                amount_unrounded=Decimal("2.005"), tax_rate=Decimal(24)),
    ]  # fmt: skip
    rows = rows_of(write_csv(billed(base, [section("lab", "Lab", *parts)]), [early, later]))
    assert [(row["LineItemNumber"], row["Cost"]) for row in rows] == [
        ("1", "1.005"), ("2", "2.005"), ("1", "0.005"), ("2", "0.005")
    ]  # fmt: skip
