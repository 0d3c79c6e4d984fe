"""A partner in Riga with three customers, billed in euro at prices in dollars; and another partner next door.

Clock: 20 March 2024. January and February are invoiced, March is open. *Bakery* bakes through a reseller and may see
its cost at list prices; *Theatre* may not; *Empty* has no subscription. Prices in dollars an hour:

| meter | list | partner | earned |
| --- | --- | --- | --- |
| cpu | 1.50 | 1.00 | 15 % |
| disk | 0.30 | 0.20 | – |
| rare | – | 5.00 | – |

The Bakery uses cpu and disk; the Theatre uses cpu, and rare in March. One dollar was 0.91 euro in January, 0.92 then.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kvitto.records.models import Person
from kvitto.runs.apply_agreements import apply
from kvitto.runs.import_prices import import_prices
from kvitto.runs.office import Office
from tests.portal.small_office import PASSWORD
from tests.runs.offices import PRICE_MAPPING, import_rows, written

ROLES = {
    "ga": "global-administrator",
    "adm": "admin-agent",
    "bil": "billing-administrator",
    "sal": "sales-agent",
    "hel": "helpdesk-agent",
}
BAKER, ACTOR, OTHER, STRANGER = "kim", "ada", "otto", "vera"
BAKERY, THEATRE, EMPTY, NEIGHBOUR = "bakery", "theatre", "empty", "harbour"
OVENS, MIXERS, LIGHTS = "ovens", "mixers", "lights"
PROFILE = "riga-eur"

_ADDRESS = 'street = "Elizabetes iela 20"\npostal_code = "LV-1010"\ncity = "Rīga"\ncountry = "LV"\n'
_NAMES = {
    "ga": "Gunta Admin", "adm": "Aija Agent", "bil": "Bruno Bills", "sal": "Sanita Sales", "hel": "Helmuts Help",
    BAKER: "Kim Baker", ACTOR: "Ada Actor", OTHER: "Otto Other", STRANGER: "Vera Stranger",
}  # fmt: skip


def mail(name: str) -> str:
    """The address of one of the people."""
    return f"{name}@example.com"


def _partner(key: str, name: str, roles: str, customers: str) -> str:
    return f"""
[[partner_agreements]]
id = "{key}"
name = "{name}"
created_on = 2023-12-01
currency = "EUR"
pricing_currency = "USD"
language = "en"
price_sheet = "partner"
roles = [{roles}]
[partner_agreements.sold_to]
name = "SIA {name}"
{_ADDRESS}
email = "sales@{key}.example"
[partner_agreements.tax]
category = "S"
rate = "21"
[[partner_agreements.billing_profiles]]
id = "{key}-eur"
name = "{name}, euro"
currency = "EUR"
{customers}
"""


def _customer(key: str, name: str, more: str = "") -> str:
    return f"""
[[partner_agreements.billing_profiles.customers]]
id = "{key}"
name = "{name}"
directory = "{key}.example"
{more}
[partner_agreements.billing_profiles.customers.party]
name = "SIA {name}"
{_ADDRESS}
"""


def _subscription(key: str, name: str, reader: str = "") -> str:
    roles = f'roles = [{{ person = "{mail(reader)}", role = "reader" }}]' if reader else ""
    return f"""
[[partner_agreements.billing_profiles.customers.subscriptions]]
id = "{key}"
name = "{name}"
started_on = 2024-01-01
{roles}
"""


def _agreements() -> str:
    homes = {BAKER: "bakery.example", ACTOR: "theatre.example"}
    people = "".join(
        f'[[people]]\nemail = "{mail(key)}"\nname = "{name}"\n'
        + (f'directory = "{homes[key]}"\n' if key in homes else "")
        for key, name in _NAMES.items()
    )
    rates = "".join(
        f'[[exchange_rates]]\nbase = "USD"\nquote = "EUR"\nrate = "{rate}"\nvalid_from = {first}\n'
        f'quoted_on = {quoted}\nsource = "Bank"\n'
        for rate, first, quoted in (("0.91", "2024-01-01", "2023-12-28"), ("0.92", "2024-02-01", "2024-01-30"))
    )
    roles = ", ".join(f'{{ person = "{mail(key)}", role = "{role}" }}' for key, role in ROLES.items())
    customers = (
        _customer(BAKERY, "Bakery", 'reseller = "Middle Ltd"\npolicies = { customer-views-charges = "Allowed" }')
        + _subscription(OVENS, "Ovens", BAKER)
        + _subscription(MIXERS, "Mixers")
        + _customer(THEATRE, "Theatre")
        + _subscription(LIGHTS, "Lights", ACTOR)
        + _customer(EMPTY, "Empty")
    )
    other = _customer(NEIGHBOUR, "Harbour") + _subscription("cranes", "Cranes")
    return f"""
[seller]
id = "norrsken"
name = "Norrsken Moln AB"
street = "Storgatan 12"
postal_code = "111 22"
city = "Stockholm"
country = "SE"
vat_number = "SE556788200501"
time_zone = "Europe/Stockholm"
series = "K"
payment_instructions = "IBAN SE35 5000 0000 0549 1000 0003"
{people}{rates}
{_partner("riga", "Riga Cloud", roles, customers)}
{_partner("oslo", "Oslo Cloud", f'{{ person = "{mail(OTHER)}", role = "admin-agent" }}', other)}
"""


_PARTNER_PRICES = "meter,price,valid_from,pec\ncpu,1.00,2023-01-01,15\ndisk,0.20,2023-01-01,\nrare,5,2024-03-01,\n"
_LIST_PRICES = "meter,price,valid_from,pec\ncpu,1.50,2023-01-01,\ndisk,0.30,2023-01-01,\n"


def _rows() -> list[str]:
    rows = []
    for number in range(0, 75, 5):
        at = (datetime(2024, 1, 3, 6, tzinfo=UTC) + timedelta(days=number)).isoformat()
        for subscription, meter, hours in (
            (OVENS, "cpu", "3.333"), (OVENS, "disk", "7.1"), (MIXERS, "cpu", "0.017"), (LIGHTS, "cpu", "11.9"),
            ("cranes", "cpu", "2"),
        ):  # fmt: skip
            rows.append(f"{subscription}-{meter}-{number},{subscription},vm-{subscription},{meter},{hours},{at}")
    rows.append(f"rare-1,{LIGHTS},vm-rare,rare,0.5,2024-03-05T06:00:00Z")
    return rows


def build(office: Office) -> None:
    """Agreements, people with a password, prices, usage up to the clock, and every invoice that is due."""
    from kvitto.runs.closing.issue_invoices import close

    apply(office, written(office, "agreements.toml", _agreements()))
    for person in Person.objects.all():
        person.set_password(PASSWORD)
        person.save()
    for sheet, rows in (("partner", _PARTNER_PRICES), ("list", _LIST_PRICES)):
        mapping = PRICE_MAPPING.replace('"list"', f'"{sheet}"') + '\n[earned_credit]\ncolumn = "pec"\n'
        files = (written(office, "prices.toml", mapping), written(office, f"{sheet}.csv", rows))
        import_prices(office, files[0], [files[1]])
    import_rows(office, _rows())
    close(office)
