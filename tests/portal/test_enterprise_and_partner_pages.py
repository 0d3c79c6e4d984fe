"""The usage of an enrollment and of a partner's customer, as each of its people sees it in the portal."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from kvitto.access.policies import Policy
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.config.home import make_home
from kvitto.periods import midnight
from kvitto.records.models import Person
from kvitto.records.policies import set_policy
from kvitto.runs.apply_agreements import apply
from kvitto.runs.import_prices import import_prices
from kvitto.runs.office import Office
from tests.kept_offices import laid_out
from tests.runs import offices

pytestmark = pytest.mark.django_db

SEEN, LEADS_ON, REFUSED, NOTHING = 200, 302, 403, 404
NAMES = ("edda", "dag", "olof", "rut", "pia", "kim")
ADDRESS = 'street = "Storgatan 5"\ncity = "Sundsvall"\ncountry = "SE"\n'
AGREEMENTS = f"""
[seller]
id = "seller"
name = "Norrsken Moln AB"
{ADDRESS}
time_zone = "Europe/Stockholm"
series = "K"
payment_instructions = "IBAN SE35 5000 0000 0549 1000 0003"
{"".join(f'[[people]]{chr(10)}email = "{name}@example.com"{chr(10)}name = "{name.title()}"{chr(10)}' for name in NAMES)}
[[enterprise_agreements]]
id = "works"
name = "The Works"
enrollment_number = "83124507"
starts_on = 2024-01-01
currency = "USD"
language = "en"
roles = [{{ person = "edda@example.com", role = "enterprise-administrator" }}]
[enterprise_agreements.sold_to]
name = "The Works AB"
{ADDRESS}
[enterprise_agreements.tax]
category = "S"
rate = "25"
[[enterprise_agreements.departments]]
id = "research"
name = "Research"
roles = [{{ person = "dag@example.com", role = "department-administrator" }}]
[[enterprise_agreements.departments.accounts]]
id = "lab"
name = "Laboratory"
owner = "olof@example.com"
[[enterprise_agreements.departments.accounts.subscriptions]]
id = "simulation"
name = "Simulation"
started_on = 2024-01-15
roles = [{{ person = "rut@example.com", role = "reader" }}]
[[enterprise_agreements.accounts]]
id = "office"
name = "Head office"
[[enterprise_agreements.accounts.subscriptions]]
id = "archive"
name = "Archive"
started_on = 2024-01-15

[[partner_agreements]]
id = "reseller"
name = "Reseller"
created_on = 2024-01-01
currency = "USD"
language = "en"
price_sheet = "partner"
roles = [{{ person = "pia@example.com", role = "admin-agent" }}]
[partner_agreements.sold_to]
name = "Reseller AB"
{ADDRESS}
[partner_agreements.tax]
category = "S"
rate = "25"
[[partner_agreements.billing_profiles]]
id = "reseller-usd"
name = "Reseller, dollars"
currency = "USD"
[[partner_agreements.billing_profiles.customers]]
id = "bakery"
name = "Bakery"
[partner_agreements.billing_profiles.customers.party]
name = "Bakery AB"
{ADDRESS}
[[partner_agreements.billing_profiles.customers.subscriptions]]
id = "ovens"
name = "Ovens"
started_on = 2024-01-15
roles = [{{ person = "kim@example.com", role = "reader" }}]
"""
ROWS = (
    "1,simulation,vm1,cpu,10,2024-03-03T10:00:00Z",
    "2,archive,vm2,cpu,200,2024-03-03T10:00:00Z",
    "3,ovens,vm3,cpu,30,2024-03-03T10:00:00Z",
)
NOW = datetime(2024, 3, 20, tzinfo=UTC)


@pytest.fixture
def visit(tmp_path: Path, settings: Settings, db: None) -> Callable[[str, str], tuple[int, str]]:
    """The status and the text of an address as somebody."""
    make_home(tmp_path)
    office = Office(home=tmp_path, clock=midnight(date(2024, 3, 20)))
    from kvitto.records.office import set_office_fact

    set_office_fact("usage_buckets", "8")
    settings.OFFICE = office

    def build() -> None:
        apply(office, offices.written(office, "agreements.toml", AGREEMENTS))
        for sheet, price in (("list", "1.5"), ("partner", "0.5")):
            mapping = offices.PRICE_MAPPING.replace('"list"', f'"{sheet}"')
            rows = f"meter,price,valid_from\ncpu,{price},2024-01-01\n"
            files = (offices.written(office, "prices.toml", mapping), offices.written(office, f"{sheet}.csv", rows))
            import_prices(office, files[0], [files[1]])
        offices.import_rows(office, ROWS)

    laid_out(office, "visited", build)

    def visited(name: str, address: str) -> tuple[int, str]:
        client = Client()
        client.force_login(Person.objects.get(email=f"{name}@example.com"))
        answer = client.get(address)
        body = answer.getvalue()
        return answer.status_code, body.decode()

    return visited


def let(kind: ScopeKind, key: str, policy: Policy, value: str) -> None:
    """Set a policy."""
    set_policy(None, Scope(kind, key), policy, value, NOW)


def costs(text: str) -> dict[str, str]:
    """The cost of each subscription in a usage file."""
    return {row["SubscriptionId"]: row["Cost"] for row in csv.DictReader(io.StringIO(text.lstrip("\ufeff")))}


PAGES = {
    # address: those to whom it opens with both policies on, then with both off; of the others who is refused
    "/billing-accounts/works/invoices/": ("edda", "edda", ""),
    "/billing-accounts/works/periods/2024-03-01/": ("edda", "edda", ""),
    "/departments/research/periods/2024-03-01/": ("edda dag", "edda", "dag"),
    "/enrollment-accounts/lab/periods/2024-03-01/": ("edda dag olof", "edda", "dag olof"),
    "/enrollment-accounts/office/periods/2024-03-01/": ("edda", "edda", ""),
    "/subscriptions/simulation/periods/2024-03-01/": ("edda dag olof rut", "edda", "dag olof rut"),
    "/subscriptions/simulation/periods/2024-03-01/usage.csv": ("edda dag olof", "edda", "dag olof rut"),
}


@pytest.mark.parametrize("address", PAGES)
def test_usage_of_an_enrollment(visit: Callable[[str, str], tuple[int, str]], address: str) -> None:
    """Enterprise administrators always, the others by policy; nobody else's part is in it."""
    policies = (Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES, Policy.ACCOUNT_OWNERS_VIEW_CHARGES)
    open_on, open_off, refused = PAGES[address]
    for value, opened in (("Allowed", open_on), ("NotAllowed", open_off)):
        for policy in policies:
            let(ScopeKind.BILLING_ACCOUNT, "works", policy, value)
        for name in NAMES:
            status, text = visit(name, address)
            expected = SEEN if name in opened.split() else REFUSED if name in refused.split() else NOTHING
            assert status == expected, (name, value)
            if status == SEEN and ("research" in address or "lab" in address or "simulation" in address):
                assert "15" in text
                assert "Archive" not in text
                assert "300" not in text


def test_invoices_of_an_enrollment_are_the_administrators(visit: Callable[[str, str], tuple[int, str]]) -> None:
    """From the subscription the others learn whom to ask."""
    assert visit("edda", "/subscriptions/simulation/invoices/")[0] == LEADS_ON
    for name in ("dag", "olof", "rut"):
        status, text = visit(name, "/subscriptions/simulation/invoices/")
        assert status == REFUSED
        assert "Invoices of an enrollment open to its enterprise administrators only." in text
        assert "Edda" in text


def test_the_lists_of_both(visit: Callable[[str, str], tuple[int, str]]) -> None:
    """Each sees their own subscriptions, and what they cost if that may be seen as agreed."""
    assert "/billing-accounts/works/invoices/" in visit("edda", "/subscriptions/")[1]
    assert "Archive" not in visit("olof", "/subscriptions/")[1]
    assert ">Enterprise Agreement<" in visit("edda", "/subscriptions/")[1]
    assert "/departments/research/periods/2024-03-01/" in visit("edda", "/subscriptions/")[1]
    assert "/departments/" not in visit("dag", "/subscriptions/")[1]
    let(ScopeKind.BILLING_ACCOUNT, "works", Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES, "Allowed")
    assert "/departments/research/periods/2024-03-01/" in visit("dag", "/subscriptions/")[1]
    let(ScopeKind.CUSTOMER, "bakery", Policy.CUSTOMER_VIEWS_CHARGES, "Allowed")
    status, text = visit("kim", "/subscriptions/")
    assert status == SEEN
    assert "Ovens" in text
    assert ">Azure plan<" in text
    assert "Pay-as-you-go" not in text
    assert "15.00" not in text


def test_a_customer_sees_list_prices_once_the_partner_lets_it(visit: Callable[[str, str], tuple[int, str]]) -> None:
    """30 hours: 45.00 by the list, 15.00 to the partner; never a file and never an invoice."""
    address = "/subscriptions/ovens/periods/2024-03-01/"
    assert visit("kim", address)[0] == REFUSED
    let(ScopeKind.CUSTOMER, "bakery", Policy.CUSTOMER_VIEWS_CHARGES, "Allowed")
    status, text = visit("kim", address)
    assert status == SEEN
    assert "45" in text
    assert "At list prices, before tax; Reseller, from whom you buy, bills you." in text
    assert "15.0" not in text
    for closed in (f"{address}usage.csv", "/subscriptions/ovens/invoices/"):
        status, text = visit("kim", closed)
        assert status == REFUSED
        assert "Ask Reseller for a copy." in text
    status, text = visit("pia", f"{address}usage.csv")
    assert status == SEEN
    assert costs(text)["ovens"].startswith("15")
    assert visit("pia", "/customers/bakery/periods/2024-03-01/")[0] == SEEN
