"""A small office that holds one of everything the portal shows, made from files through the office's own runs.

Clock: 20 March 2024. *Nordlys* buys online: its *Lab* has two invoices and an open period, *Credit* is covered by its
credit, *Trial* is free, *Young* began 20 days ago. *Harbour* has a Customer Agreement with one billing profile, two
invoice sections and a subscription in each.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kvitto.records.models import Person
from kvitto.runs.apply_agreements import apply
from kvitto.runs.import_prices import import_prices
from kvitto.runs.office import Office
from kvitto.runs.take_in_usage import take_in

PASSWORD = "ten brave lanterns"
ADMINISTRATOR = "anna@nordlys.example"
READER = "erik@nordlys.example"  # sees the Lab, but downloads are not shared
COST_READER = "olle@nordlys.example"  # sees what the Lab costs, not its invoices
PROFILE_OWNER = "saskia@harbour.example"
SECTION_READER = "pieter@harbour.example"
STRANGER = "vera@elsewhere.example"
LAB, CREDIT, TRIAL, YOUNG = "lab-0001", "credit-0002", "trial-0003", "young-0004"
DISKS, MEMORY = "disks-0005", "memory-0006"
PROFILE = "utrecht"

_PARTY = """
name = "{name}"
street = "Storgatan 12"
postal_code = "111 22"
city = "Stockholm"
country = "SE"
vat_number = "SE556788200501"
email = "{email}"
"""
_PEOPLE = {
    ADMINISTRATOR: "Anna Lindqvist",
    READER: "Erik Holm",
    COST_READER: "Olle Berg",
    PROFILE_OWNER: "Saskia de Vries",
    SECTION_READER: "Pieter Bakker",
    STRANGER: "Vera Ozola",
}


def _agreements() -> str:
    people = "".join(f'[[people]]\nemail = "{email}"\nname = "{name}"\n' for email, name in _PEOPLE.items())
    return f"""
[seller]
id = "norrsken"
{_PARTY.format(name="Norrsken Moln AB", email="billing@norrsken.example")}
time_zone = "Europe/Stockholm"
series = "K"
payment_instructions = "IBAN SE35 5000 0000 0549 1000 0003"

{people}
[[mosp_accounts]]
id = "nordlys"
name = "Nordlys"
created_on = 2023-11-10
currency = "USD"
language = "sv"
administrator = "{ADMINISTRATOR}"
[mosp_accounts.sold_to]
{_PARTY.format(name="Nordlys AB", email=ADMINISTRATOR)}
[mosp_accounts.tax]
category = "S"
rate = "25"
[[mosp_accounts.subscriptions]]
id = "{LAB}"
name = "Lab"
offer = "pay-as-you-go"
started_on = 2023-12-05
anniversary_day = 5
roles = [
    {{ person = "{READER}", role = "reader" }},
    {{ person = "{COST_READER}", role = "cost-management-reader" }},
]
[[mosp_accounts.subscriptions]]
id = "{CREDIT}"
name = "Credit"
offer = "monthly-credit"
monthly_credit = "150.00"
started_on = 2024-01-01
anniversary_day = 1
[[mosp_accounts.subscriptions]]
id = "{TRIAL}"
name = "Trial"
offer = "free-trial"
started_on = 2024-02-01
anniversary_day = 1
[[mosp_accounts.subscriptions]]
id = "{YOUNG}"
name = "Young"
offer = "pay-as-you-go"
started_on = 2024-02-29
anniversary_day = 1

[[mca_accounts]]
id = "harbour"
name = "Harbour"
created_on = 2023-12-22
currency = "USD"
language = "en"
[mca_accounts.sold_to]
{_PARTY.format(name="Harbour Ltd", email=PROFILE_OWNER)}
[mca_accounts.tax]
category = "AE"
rate = "0"
reason = "Reverse charge"
[[mca_accounts.billing_profiles]]
id = "{PROFILE}"
name = "Research Utrecht"
language = "nl"
roles = [{{ person = "{PROFILE_OWNER}", role = "billing-profile-owner" }}]
[mca_accounts.billing_profiles.bill_to]
{_PARTY.format(name="Harbour Ltd, Utrecht", email=PROFILE_OWNER)}
[[mca_accounts.billing_profiles.invoice_sections]]
id = "storage"
name = "Storage"
roles = [{{ person = "{SECTION_READER}", role = "invoice-section-reader" }}]
[[mca_accounts.billing_profiles.invoice_sections.subscriptions]]
id = "{DISKS}"
name = "Disks"
offer = "pay-as-you-go"
started_on = 2024-01-01
[[mca_accounts.billing_profiles.invoice_sections]]
id = "compute"
name = "Compute"
[[mca_accounts.billing_profiles.invoice_sections.subscriptions]]
id = "{MEMORY}"
name = "Memory"
offer = "pay-as-you-go"
started_on = 2024-01-01
"""


_USAGE_MAPPING = """
source = "meters"
[subscription]
column = "subscription"
[resource]
column = "resource"
[meter]
column = "meter"
[quantity]
column = "seconds"
unit = "second"
[time]
column = "at"
zone = "UTC"
[event_id]
columns = ["id"]
"""
_PRICE_MAPPING = """
price_sheet = "list"
currency = "USD"
[meter]
column = "meter"
[price]
column = "per_hour"
[valid_from]
column = "from"
[unit]
usage = "second"
price = "hour"
numerator = 1
denominator = 3600
[name]
column = "name"
[category]
text = "Virtual Machines"
"""
_PRICES = "meter,name,per_hour,from\nd2,D2s v5,0.111111,2023-01-01\nd8,D8s v5,0.384,2023-01-01\n"


def _usage(more: Iterable[str]) -> str:
    rows = ["id,at,subscription,resource,meter,seconds"]
    first = datetime(2024, 1, 5, 6, tzinfo=UTC)
    for number in range(75):  # to 19 March
        at = first + timedelta(days=number)
        for subscription in (LAB, TRIAL, DISKS, MEMORY):
            if subscription != TRIAL or at >= datetime(2024, 2, 1, tzinfo=UTC):
                rows.extend(
                    f"{subscription}-{number}-{meter},{at.isoformat()},{subscription},vm-{number % 3},{meter},{seconds}"
                    for meter, seconds in (("d2", 3607 + 911 * number), ("d8", 86_399 - 700 * number))
                )
    rows.append(f"credit-1,2024-02-10T06:00:00Z,{CREDIT},vm-0,d8,36000")
    return "\n".join([*rows, *more]) + "\n"


def build(office: Office, folder: Path, agreements: str = "", usage: Iterable[str] = ()) -> None:
    """Agreements, people with a password, prices, usage up to the clock, and every invoice that is due.

    `agreements` and `usage` are added to the files, for an office with more in it.
    """
    from kvitto.runs.closing.issue_invoices import close

    files = {
        "agreements.toml": _agreements() + agreements,
        "usage.toml": _USAGE_MAPPING,
        "prices.toml": _PRICE_MAPPING,
        "prices.csv": _PRICES,
        "usage.csv": _usage(usage),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    apply(office, folder / "agreements.toml")
    for person in Person.objects.all():
        person.set_password(PASSWORD)
        person.save()
    import_prices(office, folder / "prices.toml", [folder / "prices.csv"])
    take_in(office, folder / "usage.toml", [folder / "usage.csv"])
    close(office)
