"""An office with one customer under the agreement a test writes: applied, used, closed, and looked at by its people.

Prices, in dollars an hour: "cpu" 0.10 (a partner earns 15 percent), "guard" 2.00 (sold by Palisade on the marketplace),
"ubuntu" 0.50 (billed separately from prepayment). All is bought and sold in Sweden, at 25 percent.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

from django.test import Client

from kvitto.invoicing.invoice import Invoice
from kvitto.money import exact_sum
from kvitto.records.invoices import load
from kvitto.records.models import Person
from kvitto.runs.apply_agreements import apply
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.import_prices import import_prices
from kvitto.runs.invoice_usage import invoice_usage_csv
from kvitto.runs.make_documents import kept_documents
from kvitto.runs.office import Office
from tests.kept_offices import laid_out
from tests.runs.offices import PRICE_MAPPING, at, import_rows, written

SEEN, REFUSED, NOTHING = 200, 403, 404
NAMES = ("anna", "bo", "cia", "dag", "eva", "nobody")
ADDRESS = 'street = "Storgatan 1"\npostal_code = "111 22"\ncity = "Stockholm"\ncountry = "SE"\n'
SELLER = f"""
[seller]
id = "norrsken"
name = "Norrsken Moln AB"
{ADDRESS}
vat_number = "SE559321440501"
time_zone = "Europe/Stockholm"
series = "K"
payment_instructions = "IBAN SE35 5000 0000 0549 1000 0003"
"""
PEOPLE = "".join(f'[[people]]\nemail = "{name}@example.com"\nname = "{name.title()}"\n' for name in NAMES)
PRICES = """meter,price,valid_from,kind,publisher,pec
cpu,0.10,2023-01-01,,,15
guard,2.00,2023-01-01,marketplace,Palisade,
ubuntu,0.50,2023-01-01,separate,,
"""
MAPPING = f"""{PRICE_MAPPING}
[kind]
column = "kind"
[publisher]
column = "publisher"
[earned_credit]
column = "pec"
"""
FIRST_DAY = date(2023, 12, 1)

Open = Callable[[str], Office]
Use = tuple[str, str, str, str]  # subscription, meter, hours, day


def buyer(table: str, tax: str = 'category = "S"\nrate = "25"') -> str:
    """Name, address and tax of the customer whose table is named."""
    return f'[{table}.sold_to]\nname = "Nordlys AB"\n{ADDRESS}\n[{table}.tax]\n{tax}\n'


MOSP = f"""
[[mosp_accounts]]
id = "nordlys"
name = "Nordlys"
created_on = 2024-01-02
currency = "USD"
language = "en"
administrator = "anna@example.com"
{buyer("mosp_accounts")}
[[mosp_accounts.subscriptions]]
id = "lab"
name = "Lab"
started_on = 2024-01-05
roles = [{{ person = "bo@example.com", role = "owner" }}]
[[mosp_accounts.subscriptions]]
id = "plan"
name = "Plan"
offer = "support"
monthly_fee = "30"
started_on = 2024-01-05
"""
MCA = f"""
[[mca_accounts]]
id = "harbour"
name = "Harbour"
created_on = 2023-12-02
currency = "USD"
language = "en"
roles = [{{ person = "anna@example.com", role = "billing-account-owner" }}]
{buyer("mca_accounts")}
[[mca_accounts.billing_profiles]]
id = "cork"
name = "Cork"
roles = [{{ person = "bo@example.com", role = "invoice-manager" }}]
credits = [
  {{ id = "gift", source = "promotional", amount = "4", starts_on = 2024-01-01, expires_on = 2025-01-01 }},
  {{ id = "balance", source = "purchased", amount = "20", starts_on = 2024-01-01, treatment = "payment" }},
]
[[mca_accounts.billing_profiles.invoice_sections]]
id = "research"
name = "Research"
roles = [{{ person = "cia@example.com", role = "invoice-section-owner" }}]
[[mca_accounts.billing_profiles.invoice_sections.subscriptions]]
id = "waves"
name = "Waves"
started_on = 2024-01-01
[[mca_accounts.billing_profiles.invoice_sections.subscriptions]]
id = "help"
name = "Help"
offer = "support"
monthly_fee = "29"
started_on = 2024-01-01
"""
EA = f"""
[[enterprise_agreements]]
id = "works"
name = "The Works"
enrollment_number = "83124507"
starts_on = 2024-01-01
created_on = 2023-12-01
cadence = "monthly"
currency = "USD"
language = "en"
roles = [
  {{ person = "anna@example.com", role = "enterprise-administrator" }},
  {{ person = "bo@example.com", role = "enterprise-administrator-read-only" }},
]
credits = [{{ id = "prepaid", source = "prepayment", amount = "30", starts_on = 2024-01-01, expires_on = 2025-01-01 }}]
[enterprise_agreements.policies]
department-administrators-view-charges = "Allowed"
{buyer("enterprise_agreements")}
[[enterprise_agreements.departments]]
id = "research"
name = "Research"
roles = [{{ person = "cia@example.com", role = "department-administrator" }}]
[[enterprise_agreements.departments.accounts]]
id = "foundry"
name = "Foundry"
owner = "dag@example.com"
[[enterprise_agreements.departments.accounts.subscriptions]]
id = "forge"
name = "Forge"
started_on = 2024-01-01
"""
MPA = f"""
[[exchange_rates]]
base = "USD"
quote = "EUR"
rate = "{{rate}}"
valid_from = {{since}}
source = "European Central Bank"

[[partner_agreements]]
id = "reseller"
name = "Reseller"
created_on = 2023-12-01
currency = "EUR"
pricing_currency = "USD"
language = "en"
roles = [
  {{{{ person = "anna@example.com", role = "global-administrator" }}}},
  {{{{ person = "bo@example.com", role = "sales-agent" }}}},
]
{buyer("partner_agreements")}
[[partner_agreements.billing_profiles]]
id = "euros"
name = "Euros"
currency = "EUR"
[[partner_agreements.billing_profiles.customers]]
id = "bakery"
name = "Bakery"
[partner_agreements.billing_profiles.customers.party]
name = "Bakery AB"
{ADDRESS}
[[partner_agreements.billing_profiles.customers.subscriptions]]
id = "ovens"
name = "Ovens"
started_on = 2024-01-01
roles = [{{{{ person = "cia@example.com", role = "owner" }}}}]
"""
IN_OPEN = f"""
[[mosp_accounts]]
id = "school"
name = "School"
created_on = 2024-01-02
currency = "USD"
language = "en"
administrator = "anna@example.com"
{buyer("mosp_accounts")}
[[mosp_accounts.subscriptions]]
id = "prepaid"
name = "Prepaid"
offer = "azure-in-open"
started_on = 2024-01-05
credits = [
  {{ id = "key-1", source = "prepaid-key", amount = "10", starts_on = 2024-01-05, expires_on = 2025-01-05 }},
  {{ id = "key-2", source = "prepaid-key", amount = "10", starts_on = 2024-01-05, expires_on = 2025-02-05 }},
]
"""


def agreed(office: Office, agreements: str, *, on: date = FIRST_DAY) -> None:
    """Apply a file with the seller, the people and these agreements."""
    apply(at(office, on), written(office, "agreements.toml", f"{SELLER}{PEOPLE}{agreements}"))


def opened(office: Office, agreements: str) -> Office:
    """The office with agreements and prices as of its first day."""
    first = at(office, FIRST_DAY)

    def build() -> None:
        agreed(first, agreements)
        import_prices(first, written(first, "prices.toml", MAPPING), [written(first, "prices.csv", PRICES)])

    laid_out(first, ("opened", agreements), build)
    return office


def used(office: Office, *uses: Use) -> None:
    """Take in usage, the day after the last of it."""
    latest = max(date.fromisoformat(day) for *_, day in uses)
    rows = [f"{'-'.join(use)},{use[0]},vm,{use[1]},{use[2]},{use[3]}T10:00:00Z" for use in uses]
    import_rows(at(office, date.fromordinal(latest.toordinal() + 1)), rows, f"{latest}.csv")


def closed(office: Office, day: date) -> dict[str, Invoice]:
    """What closing on the day issues, by scope and kind ("lab AzureServices"); nothing may be held back."""
    report = close(at(office, day))
    assert report.is_complete, (report.blocked, report.documents_trouble)
    issued = {f"{one.scope.id} {one.kind}": load(one.number) for one in report.issued}
    assert len(issued) == len(report.issued), "two invoices of one kind on one day"
    for invoice in issued.values():
        assert_whole(office, invoice)
    return issued


def assert_whole(office: Office, invoice: Invoice) -> None:
    """Its documents are there, and its usage file adds up to its lines."""
    assert kept_documents(invoice.number)
    assert cost(invoice_usage_csv(office, invoice.number)) == invoice.totals.lines


def cost(pieces: Iterable[bytes]) -> Decimal:
    """The sum of the costs in a usage file."""
    rows = csv.DictReader(io.StringIO(b"".join(pieces).decode("utf-8-sig")))
    return exact_sum(Decimal(row["Cost"]) for row in rows)


def sums(invoice: Invoice) -> str:
    """Lines − allowances + tax − prepaid = payable, as one text."""
    totals = invoice.totals
    before, after = f"{totals.lines:.2f} - {totals.allowances:.2f}", f"{totals.prepaid:.2f} = {totals.payable:.2f}"
    return f"{before} + {totals.tax:.2f} - {after}"


def downloads(name: str, invoice: Invoice) -> int:
    """What the portal answers to somebody who asks for the invoice's document."""
    return visits(name, f"/invoices/{invoice.number}.pdf")


def visits(name: str, address: str) -> int:
    """What the portal answers to somebody who opens the address."""
    client = Client()
    client.force_login(Person.objects.get(email=f"{name}@example.com"))
    answer = client.get(address)
    answer.getvalue()  # a file is taken to its end
    return answer.status_code
