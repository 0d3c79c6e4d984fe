"""A small office whose files tests write themselves: one of each kind of subscription, and prices for one meter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from kvitto.periods import midnight
from kvitto.runs.office import Office

ADDRESS = """
name = "{name}"
street = "Brīvības iela 2"
postal_code = "LV-1010"
city = "Rīga"
country = "LV"
"""
AGREEMENTS = f"""
[seller]
id = "nordmoln"
name = "Nordmoln AB"
street = "Kungsgatan 1"
postal_code = "111 43"
city = "Stockholm"
country = "SE"
company_number = "559321-4405"
vat_number = "SE559321440501"
email = "billing@nordmoln.example"
time_zone = "Europe/Stockholm"
series = "K"
payment_instructions = "IBAN SE35 5000 0000 0549 1000 0003"

[[people]]
email = "anna@daugava.example"
name = "Anna Ozola"
language = "lv"
time_zone = "Europe/Riga"

[[people]]
email = "bo@daugava.example"
name = "Bo Billing"
language = "en"
time_zone = "Europe/Riga"

[[people]]
email = "nobody@elsewhere.example"
name = "Nobody Here"
language = "en"
time_zone = "UTC"

[[mosp_accounts]]
id = "daugava"
name = "Daugavas Dati"
created_on = 2023-11-10
currency = "USD"
language = "en"
administrator = "anna@daugava.example"
payment_terms_days = 30
[mosp_accounts.sold_to]
{ADDRESS.format(name="SIA Daugavas Dati")}
[mosp_accounts.tax]
category = "S"
rate = "25"
[[mosp_accounts.subscriptions]]
id = "lab"
name = "Lab"
known_as = ["laboratory"]
offer = "pay-as-you-go"
started_on = 2024-02-01
anniversary_day = 1
roles = [{{ person = "bo@daugava.example", role = "billing-reader" }}]
[[mosp_accounts.subscriptions]]
id = "credit"
name = "Credit"
offer = "monthly-credit"
monthly_credit = "5.00"
started_on = 2024-02-01
anniversary_day = 1
[[mosp_accounts.subscriptions]]
id = "trial"
name = "Trial"
offer = "free-trial"
started_on = 2024-02-01
anniversary_day = 1
[[mosp_accounts.subscriptions]]
id = "idle"
name = "Idle"
offer = "pay-as-you-go"
started_on = 2024-02-01
anniversary_day = 1
[[mosp_accounts.subscriptions]]
id = "young"
name = "Young"
offer = "pay-as-you-go"
started_on = 2024-02-25
anniversary_day = 25

[[mca_accounts]]
id = "harbour"
name = "Harbour"
created_on = 2024-01-01
currency = "USD"
language = "en"
[mca_accounts.sold_to]
{ADDRESS.format(name="Harbour Ltd")}
[mca_accounts.tax]
category = "S"
rate = "25"
[[mca_accounts.billing_profiles]]
id = "cork"
name = "Cork office"
invoice_day = 5
payment_terms_days = 30
roles = [{{ person = "anna@daugava.example", role = "billing-profile-reader" }}]
[mca_accounts.billing_profiles.bill_to]
{ADDRESS.format(name="Harbour Ltd, Cork")}
[[mca_accounts.billing_profiles.invoice_sections]]
id = "research"
name = "Research"
[[mca_accounts.billing_profiles.invoice_sections.subscriptions]]
id = "waves"
name = "Waves"
offer = "pay-as-you-go"
started_on = 2024-02-01
[[mca_accounts.billing_profiles.invoice_sections.subscriptions]]
id = "tides"
name = "Tides"
offer = "pay-as-you-go"
started_on = 2024-02-01
[[mca_accounts.billing_profiles]]
id = "quay"
name = "Quay office"
invoice_day = 5
payment_terms_days = 30
[mca_accounts.billing_profiles.bill_to]
{ADDRESS.format(name="Harbour Ltd, Quay")}
[[mca_accounts.billing_profiles.invoice_sections]]
id = "empty"
name = "Empty"
[[mca_accounts.billing_profiles.invoice_sections.subscriptions]]
id = "calm"
name = "Calm"
offer = "pay-as-you-go"
started_on = 2024-02-01
"""
USAGE_MAPPING = """
source = "tests"
[subscription]
column = "subscription"
[resource]
column = "resource"
[meter]
column = "meter"
[quantity]
column = "quantity"
unit = "hour"
allow_negative = true
[time]
column = "time"
zone = "UTC"
[event_id]
columns = ["id"]
"""
PRICE_MAPPING = """
price_sheet = "list"
currency = "USD"
[meter]
column = "meter"
[price]
column = "price"
[valid_from]
column = "valid_from"
[unit]
usage = "hour"
price = "hour"
numerator = 1
denominator = 1
"""
HEAD = "id,subscription,resource,meter,quantity,time"
FEBRUARY_ROWS = (
    "1,lab,vm1,cpu,10.005,2024-02-03T10:00:00Z",
    "2,lab,vm2,cpu,0.1,2024-02-28T10:00:00Z",
    "3,credit,vm3,cpu,20,2024-02-10T10:00:00Z",
    "4,trial,vm4,cpu,7,2024-02-10T10:00:00Z",
    "5,waves,vm5,cpu,100.5,2024-02-29T23:59:59Z",
    "6,tides,vm6,cpu,3.25,2024-02-01T00:00:00Z",
    "7,young,vm7,cpu,2,2024-02-26T00:00:00Z",
)
WITHOUT_QUAY = AGREEMENTS.partition('[[mca_accounts.billing_profiles]]\nid = "quay"')[0]  # two invoices a month
FIRST_CLOSE = date(2024, 3, 10)  # the account's day: everything of February is due


def at(office: Office, day: date) -> Office:
    """The same office on another day."""
    return replace(office, clock=midnight(day))


def made(office: Office, rows: Sequence[str] = FEBRUARY_ROWS, agreements: str = AGREEMENTS) -> Office:
    """The office with agreements and prices as recorded on 1 February, and this usage as taken in on 2 March."""
    from kvitto.runs.apply_agreements import apply
    from tests.kept_offices import laid_out

    early = at(office, date(2024, 2, 1))

    def build() -> None:
        apply(early, written(office, "agreements.toml", agreements))
        import_price(early, "cpu,0.1,2024-01-01")
        import_rows(at(office, date(2024, 3, 2)), rows)

    laid_out(early, ("made", agreements, *rows), build)
    return office


def made_and_closed(office: Office, rows: Sequence[str] = FEBRUARY_ROWS, agreements: str = AGREEMENTS) -> Office:
    """The same after it was closed on its own day."""
    from kvitto.runs.closing.issue_invoices import close
    from tests.kept_offices import laid_out

    laid_out(office, ("closed", agreements, *rows), lambda: close(made(office, rows, agreements)))
    return office


def import_price(office: Office, *rows: str) -> None:
    """Import prices: meter, price per hour, first day."""
    from kvitto.runs.import_prices import import_prices

    mapping = written(office, "prices.toml", PRICE_MAPPING)
    import_prices(office, mapping, [written(office, "prices.csv", "\n".join(("meter,price,valid_from", *rows, "")))])


def import_rows(office: Office, rows: Iterable[str], name: str = "usage.csv") -> None:
    """Take in usage rows: event, subscription, resource, meter, hours, moment."""
    from kvitto.runs.take_in_usage import take_in

    rows = list(rows)
    if rows:
        mapping = written(office, "usage.toml", USAGE_MAPPING)
        take_in(office, mapping, [written(office, name, "\n".join((HEAD, *rows, "")))])


def written(office: Office, name: str, text: str) -> Path:
    """A file in the office's home."""
    path = office.home / name
    path.write_text(text, encoding="utf-8")
    return path
