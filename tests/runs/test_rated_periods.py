"""Periods of every agreement and every kind of invoice: rated, estimated, issued, and rated again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from kvitto.agreements.billing_periods import invoice_kinds, periods_of
from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.invoice import Invoice
from kvitto.money import exact_sum
from kvitto.periods import Period
from kvitto.records.agreements import invoice_scopes
from kvitto.records.invoices import list_invoices, load
from kvitto.runs.apply_agreements import apply
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.import_prices import import_prices
from kvitto.runs.office import Office
from kvitto.runs.period_charges import charges_of_period
from kvitto.runs.rate_period import current_as_of
from kvitto.runs.rated_periods import RatedPeriod, rate_periods
from tests.kept_offices import laid_out
from tests.runs.offices import ADDRESS, AGREEMENTS, PRICE_MAPPING, at, import_rows, written

SERVICES, MARKETPLACE, SUPPORT = InvoiceKind
SUBSCRIPTION = '{head}.subscriptions]]\nid = "{id}"\nname = "{id}"\noffer = "pay-as-you-go"\nstarted_on = 2023-12-15\n'


def _table(head: str, name: str) -> str:
    return f"[{head}.sold_to]\n{ADDRESS.format(name=name)}\n"


OFFICE = f"""
{AGREEMENTS.partition("[[mosp_accounts]]")[0]}
[[exchange_rates]]
base = "USD"
quote = "EUR"
rate = "0.9215"
valid_from = 2023-12-01
source = "European Central Bank"

[[mosp_accounts]]
id = "tallinn"
name = "Tallinn"
created_on = 2023-11-10
currency = "USD"
language = "en"
administrator = "anna@daugava.example"
{_table("mosp_accounts", "OÜ Tallinn")}
[mosp_accounts.tax]
category = "S"
country = "EE"
{SUBSCRIPTION.format(head="[[mosp_accounts", id="lab")}anniversary_day = 15
[[mosp_accounts.subscriptions]]
id = "plan"
name = "Plan"
offer = "support"
monthly_fee = "30"
started_on = 2024-01-15
anniversary_day = 15

[[mca_accounts]]
id = "harbour"
name = "Harbour"
created_on = 2023-11-10
currency = "USD"
language = "en"
{_table("mca_accounts", "Harbour Ltd")}
[mca_accounts.tax]
category = "S"
rate = "25"
[[mca_accounts.billing_profiles]]
id = "cork"
name = "Cork"
[mca_accounts.billing_profiles.bill_to]
{ADDRESS.format(name="Harbour Ltd, Cork")}
[[mca_accounts.billing_profiles.invoice_sections]]
id = "research"
name = "Research"
{SUBSCRIPTION.format(head="[[mca_accounts.billing_profiles.invoice_sections", id="waves")}
[[mca_accounts.billing_profiles.invoice_sections.subscriptions]]
id = "help"
name = "Help"
offer = "support"
monthly_fee = "29"
started_on = 2024-02-11

[[enterprise_agreements]]
id = "kontinuum"
name = "Kontinuum"
enrollment_number = "83124507"
starts_on = 2024-01-01
cadence = "quarterly"
currency = "USD"
language = "en"
credits = [{{ id = "prepaid", source = "prepayment", amount = "4", starts_on = 2024-01-01, expires_on = 2025-01-01 }}]
{_table("enterprise_agreements", "Kontinuum")}
[enterprise_agreements.tax]
category = "S"
rate = "25"
[[enterprise_agreements.accounts]]
id = "foundry"
name = "Foundry"
[[enterprise_agreements.accounts.subscriptions]]
id = "forge"
name = "Forge"
started_on = 2024-01-01

[[partner_agreements]]
id = "molnhandel"
name = "Molnhandel"
created_on = 2023-11-10
currency = "EUR"
pricing_currency = "USD"
language = "en"
{_table("partner_agreements", "Molnhandel")}
[partner_agreements.tax]
category = "S"
rate = "25"
[[partner_agreements.billing_profiles]]
id = "euros"
name = "Euros"
currency = "EUR"
[[partner_agreements.billing_profiles.customers]]
id = "fyrtorn"
name = "Fyrtorn"
[partner_agreements.billing_profiles.customers.party]
{ADDRESS.format(name="Fyrtorn")}
[[partner_agreements.billing_profiles.customers.subscriptions]]
id = "web"
name = "Web"
started_on = 2024-01-01
"""
PRICES = """meter,price,valid_from,kind,publisher,pec,class
cpu,0.1,2023-01-01,,,15,
guard,2,2023-01-01,marketplace,Palisade,,
room,0.5,2023-01-01,reservation,,,
"""
MAPPING = f"""{PRICE_MAPPING}
[kind]
column = "kind"
[publisher]
column = "publisher"
[earned_credit]
column = "pec"
[tax_class]
column = "class"
"""
DAYS = ("2023-12-20", "2024-01-10", "2024-01-20", "2024-02-12", "2024-03-30")
ROWS = [
    f"{subscription}-{meter}-{day},{subscription},vm,{meter},{hours},{day}T10:00:00Z"
    for subscription, hours in (("lab", "10.005"), ("waves", "3.3"), ("forge", "7.77"), ("web", "12.39"))
    for meter in ("cpu", "guard", "room")
    for day in DAYS
    if day > "2024" or subscription in {"lab", "waves"}
]
LAST = date(2024, 4, 20)


@pytest.fixture
def everything(office: Callable[..., Office]) -> Office:
    """An office with every agreement, used in every month, on the day on which all up to March is due."""
    made = office(clock=LAST)
    early = at(made, date(2023, 12, 1))

    def build() -> None:
        apply(early, written(made, "agreements.toml", OFFICE))
        import_prices(early, written(made, "prices.toml", MAPPING), [written(made, "prices.csv", PRICES)])
        import_rows(at(made, date(2024, 4, 2)), ROWS)

    laid_out(made, "everything rated", build)
    return made


def rated(office: Office) -> dict[tuple[str, Period, InvoiceKind], RatedPeriod]:
    """Every period that has begun, of every kind."""
    found = {}
    for kind in InvoiceKind:
        pairs = [
            (scope, period)
            for scope in invoice_scopes()
            if kind in invoice_kinds(scope)
            for period in periods_of(scope, LAST, kind)
        ]
        for one in rate_periods(office, pairs, current_as_of(), kind):
            found[one.scope.scope.id, one.period, kind] = one
    return found


def issued() -> dict[tuple[str, Period, InvoiceKind], Invoice]:
    """Every invoice."""
    return {(one.scope.id, one.period, one.kind): load(one.number) for one in list_invoices()}


@pytest.mark.database
def test_every_invoice_is_what_was_estimated_on_the_same_as_of(everything: Office) -> None:
    """Lines, credit and totals of all four agreements; nothing is held back, and every kind is there."""
    before = rated(everything)
    report = close(everything)
    assert report.blocked == ()
    found = issued()
    assert {kind for *_, kind in found} == set(InvoiceKind)
    assert {invoice.agreement for invoice in found.values()} == {one.scope.agreement for one in before.values()}
    for key, invoice in found.items():
        told, totals = before[key].estimate, invoice.totals
        assert (told.charges.amount, told.credit.amount) == (totals.lines, totals.allowances), key
        assert (told.without_tax.amount, told.unrounded.amount) == (totals.without_tax, totals.unrounded), key


@pytest.mark.database
def test_what_is_sold_stands_on_the_invoice_of_its_kind(everything: Office) -> None:
    """Pay-as-you-go has services by its own months, marketplace by the calendar's, and support; the others have one."""
    close(everything)
    found = issued()
    kinds = {key: {line.meter for line in invoice.lines} for key, invoice in found.items()}
    january = Period(date(2024, 1, 1), date(2024, 2, 1))
    assert kinds["lab", Period(date(2024, 1, 15), date(2024, 2, 15)), SERVICES] == {"cpu"}
    assert kinds["lab", january, MARKETPLACE] == {"guard", "room"}
    assert kinds["plan", Period(date(2024, 1, 15), date(2024, 2, 15)), SUPPORT] == {"support-plan"}
    assert kinds["cork", january, SERVICES] == {"cpu", "guard", "room"}
    assert kinds["kontinuum", Period(date(2024, 1, 1), date(2024, 4, 1)), SERVICES] == {"cpu", "guard", "room"}
    assert kinds["euros", january, SERVICES] == {"cpu", "guard", "room"}


@pytest.mark.database
def test_the_usage_kept_gives_every_invoice_again(everything: Office) -> None:
    """Charges of all kinds add up to the invoice, before the exchange of a partner and without fees."""
    close(everything)
    scopes: dict[str, InvoiceScope] = {scope.scope.id: scope for scope in invoice_scopes()}
    for (key, period, kind), invoice in issued().items():
        with charges_of_period(everything, scopes[key], period, kind) as again:
            assert again.invoice == invoice
            charged = exact_sum(charge.amount for charge in again.charges())
        usage = [line for line in invoice.lines if line.price_id]
        if not invoice.exchange:
            assert charged == exact_sum(line.amount_unrounded for line in usage), (key, period, kind)


@pytest.mark.database
def test_a_period_that_crosses_a_rate_change_is_split(everything: Office) -> None:
    """Estonia went from 20 to 22 percent with 2024: one cycle, two lines, two rows of tax."""
    close(everything)
    invoice = issued()["lab", Period(date(2023, 12, 15), date(2024, 1, 15)), SERVICES]
    assert [(line.tax_rate, line.amount, line.service_period.start) for line in invoice.lines] == [
        (Decimal(20), Decimal("1.00"), date(2023, 12, 20)), (Decimal(22), Decimal("1.00"), date(2024, 1, 10)),
    ]  # fmt: skip
    assert [(group.rate, group.tax) for group in invoice.tax_groups] == [
        (Decimal(22), Decimal("0.22")), (Decimal(20), Decimal("0.20")),
    ]  # fmt: skip


@pytest.mark.database
def test_a_quarter_is_one_line_per_price_and_uses_its_prepayment(everything: Office) -> None:
    """3 months at the same price; 4 dollars of commitment, before tax, not for the marketplace."""
    close(everything)
    invoice = issued()["kontinuum", Period(date(2024, 1, 1), date(2024, 4, 1)), SERVICES]
    assert [(line.meter, line.quantity) for line in invoice.lines] == [
        ("cpu", Decimal("31.08")), ("room", Decimal("31.08")), ("guard", Decimal("31.08")),
    ]  # fmt: skip
    assert [(one.reason, one.amount) for one in invoice.allowances] == [("prepayment", Decimal(4))]
    assert {line.meter for line in invoice.lines if line.credit} == {"cpu", "room"}


@pytest.mark.database
def test_a_preview_of_two_periods_uses_a_lot_once(everything: Office) -> None:
    """The earlier one takes from it first; the later one finds what is left."""
    quarters = [one for (key, *_), one in rated(everything).items() if key == "kontinuum"]
    first, second = sorted(quarters, key=lambda one: one.period)
    assert first.estimate.credit.amount == 4
    assert second.estimate.credit.amount == 0
    assert [state.left.amount for state in second.lots] == [0]


@pytest.mark.database
def test_nothing_is_rated_for_a_kind_that_nothing_is_sold_under(
    office: Callable[..., Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a price for the marketplace there is no usage on it; a fee needs no usage at all."""
    made = office(clock=LAST)
    apply(at(made, date(2023, 12, 1)), written(made, "agreements.toml", OFFICE))

    def refuse(*_arguments: object) -> None:
        raise AssertionError

    monkeypatch.setattr("kvitto.runs.rated_periods.rate_scopes", refuse)
    scopes = {scope.scope.id: scope for scope in invoice_scopes()}
    for key, kind, lines in (("lab", MARKETPLACE, 0), ("plan", SUPPORT, 1)):
        period = list(periods_of(scopes[key], LAST, kind))[1]
        (one,) = rate_periods(made, [(scopes[key], period)], current_as_of(), kind)
        assert len(one.lines) == lines


@pytest.mark.database
def test_a_month_without_an_exchange_rate_is_held_back_alone(office: Callable[..., Office]) -> None:
    """The partner's; everybody else is invoiced."""
    made = office(clock=LAST)
    early = at(made, date(2023, 12, 1))
    apply(early, written(made, "agreements.toml", OFFICE.replace("valid_from = 2023-12-01", "valid_from = 2024-02-01")))
    import_prices(early, written(made, "prices.toml", MAPPING), [written(made, "prices.csv", PRICES)])
    import_rows(at(made, date(2024, 4, 2)), ROWS)
    report = close(made)
    (blocked,) = report.blocked
    assert (blocked.scope.scope.id, blocked.period.start) == ("euros", date(2024, 1, 1))
    assert "needs an exchange rate from USD to EUR" in str(blocked.causes[0])
    assert report.issued
