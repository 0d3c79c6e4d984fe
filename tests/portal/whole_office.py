"""The small office with more customers: every form of agreement that the portal shows, and the office's operator.

*The Works* is an enrollment: *Edda* administers it, *Dag* its department Research, *Olof* owns the account Laboratory.
*Riga Cloud* is a partner: *Pia* works there, *Kim* for its customer, the Bakery. *School* has a prepaid key.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from kvitto.records.invoices import list_invoices
from kvitto.records.models import InvoiceRecord, Person
from kvitto.runs.copy_requests import ask
from kvitto.runs.office import Office
from tests.portal import small_office
from tests.portal.small_office import LAB, PASSWORD, READER

OPERATOR = "olga@norrsken.example"
EDDA, DAG, OLOF, PIA, KIM, SIGNE = (f"{name}@example.com" for name in ("edda", "dag", "olof", "pia", "kim", "signe"))
SIMULATION, ARCHIVE, OVENS, KEY = "simulation", "archive", "ovens", "key-0007"
_NAMES = {EDDA: "Edda Falk", DAG: "Dag Moe", OLOF: "Olof Ek", PIA: "Pia Liepa", KIM: "Kim Baker", SIGNE: "Signe Lund"}
_ADDRESS = 'street = "Storgatan 5"\npostal_code = "111 22"\ncity = "Sundsvall"\ncountry = "SE"\n'


def _buyer(table: str, name: str) -> str:
    return f'[{table}.sold_to]\nname = "{name}"\n{_ADDRESS}\n[{table}.tax]\ncategory = "S"\nrate = "25"\n'


_MORE = f"""
[[mosp_accounts]]
id = "school"
name = "School"
created_on = 2024-01-02
currency = "USD"
language = "en"
administrator = "{SIGNE}"
{_buyer("mosp_accounts", "School AB")}
[[mosp_accounts.subscriptions]]
id = "{KEY}"
name = "Key"
offer = "azure-in-open"
started_on = 2024-01-05
credits = [{{ id = "key-1", source = "prepaid-key", amount = "500", starts_on = 2024-01-05, expires_on = 2025-01-05 }}]

[[enterprise_agreements]]
id = "works"
name = "The Works"
enrollment_number = "83124507"
starts_on = 2024-01-01
created_on = 2023-12-01
cadence = "monthly"
currency = "USD"
language = "en"
roles = [{{ person = "{EDDA}", role = "enterprise-administrator" }}]
[enterprise_agreements.policies]
department-administrators-view-charges = "Allowed"
account-owners-view-charges = "Allowed"
{_buyer("enterprise_agreements", "The Works AB")}
[[enterprise_agreements.departments]]
id = "research"
name = "Research"
roles = [{{ person = "{DAG}", role = "department-administrator" }}]
[[enterprise_agreements.departments.accounts]]
id = "laboratory"
name = "Laboratory"
owner = "{OLOF}"
[[enterprise_agreements.departments.accounts.subscriptions]]
id = "{SIMULATION}"
name = "Simulation"
started_on = 2024-01-15
[[enterprise_agreements.accounts]]
id = "office"
name = "Head office"
[[enterprise_agreements.accounts.subscriptions]]
id = "{ARCHIVE}"
name = "Archive"
started_on = 2024-01-15

[[partner_agreements]]
id = "riga"
name = "Riga Cloud"
created_on = 2024-01-01
currency = "USD"
language = "en"
roles = [{{ person = "{PIA}", role = "admin-agent" }}]
{_buyer("partner_agreements", "SIA Riga Cloud")}
[[partner_agreements.billing_profiles]]
id = "riga-usd"
name = "Riga Cloud, dollars"
currency = "USD"
[[partner_agreements.billing_profiles.customers]]
id = "bakery"
name = "Bakery"
[partner_agreements.billing_profiles.customers.party]
name = "Bakery AB"
{_ADDRESS}
[[partner_agreements.billing_profiles.customers.subscriptions]]
id = "{OVENS}"
name = "Ovens"
started_on = 2024-01-15
roles = [{{ person = "{KIM}", role = "reader" }}]
"""


def _usage() -> list[str]:
    first = datetime(2024, 1, 16, 6, tzinfo=UTC)
    return [
        f"{key}-{number},{(first + timedelta(days=number)).isoformat()},{key},vm-{number % 2},d2,{3600 * (number + 1)}"
        for number in range(0, 60, 3)
        for key in (SIMULATION, ARCHIVE, OVENS, KEY)
    ]


def build(office: Office, folder: Path) -> None:
    """Everything of the small office and the others; Erik has asked for an invoice of the Lab; Olga is the operator."""
    people = "".join(f'[[people]]\nemail = "{email}"\nname = "{name}"\n' for email, name in _NAMES.items())
    small_office.build(office, folder, f"{people}{_MORE}", _usage())
    Person.objects.create_user(OPERATOR, PASSWORD, name="Olga Ek", is_operator=True)
    ask(office, Person.objects.get(email=READER), newest(LAB), "For the audit.")


def newest(scope: str) -> str:
    """The number of the newest invoice of a scope."""
    return next(invoice.number for invoice in list_invoices() if invoice.scope.id == scope)


def first_of(scope: str) -> str:
    """The number of its first invoice."""
    return InvoiceRecord.objects.filter(scope_key=scope).order_by("period_start")[0].number
