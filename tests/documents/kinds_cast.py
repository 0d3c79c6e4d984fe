"""Invoices of every kind by their facts alone, each with totals that add up (EN 16931 BR-CO)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count

from kvitto.agreements.hierarchy import Address, AgreementType, Party
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.price_sheet import ChargeKind
from kvitto.invoicing.invoice import (
    AccountingTax,
    Allowance,
    CorrectedPeriod,
    CreditedInvoice,
    CurrencyRate,
    DocumentType,
    Invoice,
    Line,
    OpenBalance,
    Prepayment,
    Section,
    TaxGroup,
    Totals,
)
from kvitto.money import EXACT, exact_sum, round_half_away
from kvitto.periods import Period
from tests.documents.cast import lab_invoice, riga_invoice
from tests.invoicing.cast import FEBRUARY

JANUARY = Period(date(2024, 1, 1), date(2024, 2, 1))
RIKSBANK = CurrencyRate("USD", "SEK", Decimal("10.4321"), "Riksbanken", date(2024, 2, 29))
CENTRAL_BANK = CurrencyRate("USD", "EUR", Decimal("0.9234"), "European Central Bank", date(2024, 1, 31))
HARBOUR = Party(
    "Harbour Logistics B.V.", Address("Herengracht 401\nt.a.v. Crediteuren", "1017 BP", "Amsterdam", "NL"), "33031431",
    "NL001234567B01",
)  # fmt: skip
WAREHOUSE = Party("Harbour Logistics B.V., warehouse 7", Address("Waalhaven Z.z. 19", "3089 JH", "Rotterdam", "NL"))
END_CUSTOMER = Party("Noordzee Data Centres N.V.", Address("Maasvlakteweg 1", "3199 LZ", "Rotterdam", "NL"))
RATES = {"S": Decimal(25), "L": Decimal(6), "AE": Decimal(0), "E": Decimal(0)}
REASONS = {"AE": "Article 196 of Directive 2006/112/EC", "E": "Education, chapter 10 section 14 ML"}


def line(amount: str, meter: str = "D8s v5", category: str = "Virtual machines", /, **facts: object) -> Line:
    """A line over this amount, at two fifths per hour, in tax group S unless `tax` names another."""
    exact = Decimal(amount)
    tax = str(facts.pop("tax", "S"))
    made = Line(
        number=0, section_id="", subscription_id="lab", subscription_name="PostgreSQL lab", meter=meter,
        meter_name=meter, category=category, region="westeurope", price_id=1, tier_from=Decimal(0),
        service_period=FEBRUARY, quantity=EXACT.multiply(exact, Decimal("2.5")), unit="hour",
        unit_price=Decimal("0.4"), amount=round_half_away(exact, 2), amount_unrounded=exact,
        tax_category="S" if tax == "L" else tax, tax_rate=RATES[tax],
    )  # fmt: skip
    return replace(made, **facts)  # type: ignore[arg-type]


def section(key: str, name: str, *lines: Line) -> Section:
    """The lines under this heading."""
    placed = tuple(replace(one, section_id=key) for one in lines)
    return Section(key, name, placed, exact_sum(one.amount for one in placed), exact_sum(one.credit for one in placed))


def billed(
    base: Invoice,
    sections: Sequence[Section],
    *,
    allowances: tuple[Allowance, ...] = (),
    prepayments: tuple[Prepayment, ...] = (),
    rounding: str = "0",
    **facts: object,
) -> Invoice:
    """The base with these sections, and tax, totals and the facts given."""
    numbers = count(1)
    numbered = tuple(
        replace(one, lines=tuple(replace(a_line, number=next(numbers)) for a_line in one.lines)) for one in sections
    )
    lines = [a_line for one in numbered for a_line in one.lines]
    groups = []
    for category, rate in dict.fromkeys((one.tax_category, one.tax_rate) for one in lines):
        of_group = [one.amount for one in lines if (one.tax_category, one.tax_rate) == (category, rate)]
        deducted = [one.amount for one in allowances if (one.tax_category, one.tax_rate) == (category, rate)]
        taxable = EXACT.subtract(exact_sum(of_group), exact_sum(deducted))
        tax = round_half_away(EXACT.multiply(taxable, EXACT.scaleb(rate, -2)), 2)
        groups.append(TaxGroup(category, rate, REASONS.get(category, ""), taxable, tax))
    total = exact_sum(one.amount for one in lines)
    deducted_total = exact_sum(one.amount for one in allowances)
    without_tax, tax = EXACT.subtract(total, deducted_total), exact_sum(group.tax for group in groups)
    with_tax, prepaid = EXACT.add(without_tax, tax), exact_sum(one.amount for one in prepayments)
    totals = Totals(
        lines=total, allowances=deducted_total, without_tax=without_tax, tax=tax, with_tax=with_tax,
        payable=EXACT.add(EXACT.subtract(with_tax, prepaid), Decimal(rounding)),
        unrounded=exact_sum(one.amount_unrounded for one in lines), prepaid=prepaid, rounding=Decimal(rounding),
    )  # fmt: skip
    return replace(
        base, sections=numbered, allowances=allowances, prepayments=prepayments, tax_groups=tuple(groups),
        totals=totals, **facts,  # type: ignore[arg-type]
    )  # fmt: skip


def mosp_invoice() -> Invoice:
    """Pay-as-you-go by card, with what was open before, a discount, a monthly credit, and tax told in kronor too."""
    lines = (
        line("3078.0768"), line("252.220608", "Premium SSD, 1 TB", "Storage"),
        line("599.298116", "Tokens (per 1,000)", "Language models", region=""),
        line("18.25", "D8s v5", corrects=CorrectedPeriod("K-2024-000003", JANUARY, "late-usage"),
             service_period=JANUARY),
    )  # fmt: skip
    return billed(
        lab_invoice(), [section("lab", "PostgreSQL lab", *lines)], pays_by="card",
        allowances=(
            Allowance("monthly-credit", Decimal("150.00"), "S", Decimal(25)),
            Allowance("service-credit", Decimal("40.00"), "S", Decimal(25), "sla-1"),
        ),
        balance=OpenBalance(Decimal("2890.10"), Decimal("2000.00"), Decimal("890.10")),
        accounting_tax=AccountingTax(Decimal("9803.77"), RIKSBANK), tax_registration="Godkänd för F-skatt",
    )  # fmt: skip


def marketplace_invoice() -> Invoice:
    """What third parties and reservations cost one pay-as-you-go subscription, on an invoice of its own."""
    lines = (
        line("120", "Firewall, per month", "Network appliances", charge_kind=ChargeKind.MARKETPLACE, region="",
             publisher="Palisade Networks Ltd", unit="month"),
        line("1940", "D8s v5, reserved for one year", "Reservations", charge_kind=ChargeKind.RESERVATION),
    )  # fmt: skip
    made = section("lab", "PostgreSQL lab", *lines)
    return billed(lab_invoice(), [made], kind=InvoiceKind.MARKETPLACE, previous=None)


def support_invoice() -> Invoice:
    """The month of a support plan."""
    plan = line("100", "Standard support", "Support", charge_kind=ChargeKind.SUPPORT, region="", unit="month")
    return billed(
        lab_invoice(), [section("lab", "Standard support", plan)], kind=InvoiceKind.SUPPORT, offer="support",
        previous=None,
    )  # fmt: skip


def mca_invoice() -> Invoice:
    """A billing profile with credit, two tax rates and an exempt group, a prepaid lot, and whole kronor to pay."""
    research = section(
        "s1", "Research",
        line("3078.0768", credit=Decimal("80.00")), line("252.220608", "Premium SSD, 1 TB", "Storage"),
        line("599.298116", "Tokens (per 1,000)", "Language models", subscription_name="OSBench", region=""),
    )  # fmt: skip
    teaching = section(
        "s2", "Teaching",
        line("149", "Handbook", "Publications", tax="L", unit="copy", publisher="Lärobok Förlag AB", region="",
             charge_kind=ChargeKind.MARKETPLACE),
        line("310", "Course in query planning", "Education", tax="E", unit="seat", region=""),
    )  # fmt: skip
    return billed(
        riga_invoice(), [research, teaching], currency="SEK",
        allowances=(Allowance("promotional", Decimal("80.00"), "S", Decimal(25), "spring"),),
        prepayments=(Prepayment("lot-7", "purchased", Decimal("100.00"), "PO-2024-118"),), rounding="-0.10",
        ship_to=WAREHOUSE, tax_registration="Godkänd för F-skatt", pays_by="invoice",
    )  # fmt: skip


def enrollment_invoice(lines: int = 4) -> Invoice:
    """The overage of an indirect enrollment: usage partly paid by prepayment, separate charges, a free line."""
    usage = [
        line(f"{1200 + 7 * number}.4321", f"D{number % 64}s v5", ("Virtual machines", "Storage")[number % 2],
             credit=Decimal("500.00") if number == 0 else Decimal(0), price_id=number, tax="AE")
        for number in range(lines)
    ]  # fmt: skip
    free = line("0", "Data in, first 5 GB", "Bandwidth", tax="AE", unit="gigabyte")
    market = line("88.5", "Log analysis", "Observability", tax="AE", charge_kind=ChargeKind.MARKETPLACE,
                  publisher="Palisade Networks Ltd")  # fmt: skip
    return billed(
        replace(lab_invoice(), subscription_id="", subscription_name="", offer="", account_administrator=""),
        [
            section("usage", "usage", *usage[:1], free, *usage[1:]),
            section("separate", "separate", line("45", "Directory, per user", "Identity", tax="AE")),
            section("marketplace", "marketplace", market),
        ],
        agreement=AgreementType.EA.value, enrollment_number="E-8812345", purchase_order="PO-2024-0042", currency="EUR",
        allowances=(Allowance("prepayment", Decimal("500.00"), "AE", Decimal(0), "prepaid-2024", "PO-2023-9"),),
        sold_to=HARBOUR, bill_to=HARBOUR, ship_to=WAREHOUSE, end_customer=END_CUSTOMER, previous=None,
        account_name="Harbour Logistics", payment_terms_days=30,
    )  # fmt: skip


def partner_invoice() -> Invoice:
    """A partner's profile in euros over prices in dollars: sections are products, lines name the customer."""

    def of(customer: str, amount: str, meter: str, category: str) -> Line:
        exact = Decimal(amount)
        euros = EXACT.multiply(exact, CENTRAL_BANK.rate)
        return line(amount, meter, category, amount=round_half_away(euros, 2), amount_unrounded=euros,
                    priced_amount=round_half_away(exact, 2), customer_id=customer.lower(), customer_name=customer,
                    subscription_name=f"{customer} production")  # fmt: skip

    machines = [of(name, amount, "D8s v5", "Virtual machines") for name, amount in (("Contoso", "812.5"),
                                                                                 ("Fabrikam", "96.04"))]  # fmt: skip
    storage = [of("Contoso", "12.77", "Premium SSD, 1 TB", "Storage"), of("Contoso", "3.1", "Snapshots", "Storage")]
    return billed(
        riga_invoice(), [section("vm", "Virtual machines", *machines), section("storage", "Storage", *storage)],
        agreement=AgreementType.MPA.value, currency="EUR", exchange=CENTRAL_BANK, payment_terms_days=60,
        due_date=date(2024, 5, 4), profile_name="Partner, euros",
    )  # fmt: skip


def credit_note() -> Invoice:
    """It gives back an invoice that was voided and replaced."""
    return replace(
        mosp_invoice(), number="C-2024-000002", document_type=DocumentType.CREDIT_NOTE, balance=None, previous=None,
        refers_to=CreditedInvoice("K-2024-000017", date(2024, 3, 5), "rebill"),
    )  # fmt: skip


def replacing_invoice() -> Invoice:
    """The new invoice of what that credit note gave back."""
    return replace(
        mosp_invoice(), number="K-2024-000019", edition=2, previous=None, pays_by="invoice",
        refers_to=CreditedInvoice("K-2024-000017", date(2024, 3, 5), "rebill"),
    )  # fmt: skip


EVERY_KIND = {
    "mosp": mosp_invoice,
    "marketplace": marketplace_invoice,
    "support": support_invoice,
    "mca": mca_invoice,
    "ea": enrollment_invoice,
    "mpa": partner_invoice,
    "credit-note": credit_note,
    "rebill": replacing_invoice,
}
