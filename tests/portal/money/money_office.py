"""An office whose customers have something to read on money pages, made from files through the office's own runs.

Clock: 10 February 2024. *Nordlys* buys online: its *Lab* has an invoice for its first cycle and an open one, *Study* a
monthly credit, *Plan* is a support plan. *Harbour* has the profile *Cork* with a gift and a balance; *The Works* is an
enrollment with prepayment. January is invoiced everywhere, February is open.
"""

from __future__ import annotations

from datetime import date

from kvitto.records.models import Person
from kvitto.records.office import set_office_fact
from kvitto.runs.office import Office
from tests.portal.small_office import PASSWORD
from tests.runs.closing.agreement_offices import EA, MCA, MOSP, closed, opened, used

ADMINISTRATOR, OWNER, COST_READER, BILLING_READER, STRANGER = (
    f"{name}@example.com" for name in ("anna", "bo", "cia", "eva", "nobody")
)
TODAY = date(2024, 2, 10)
_ROLES = """roles = [
  { person = "bo@example.com", role = "owner" },
  { person = "cia@example.com", role = "cost-management-reader" },
  { person = "eva@example.com", role = "billing-reader" },
]"""
_STUDY = """
[[mosp_accounts.subscriptions]]
id = "study"
name = "Study"
offer = "monthly-credit"
monthly_credit = "50"
started_on = 2024-01-05
"""


def build(office: Office) -> None:
    """Agreements, people with a password, prices, usage up to the clock, and every invoice that is due."""
    set_office_fact("usage_buckets", "8")
    online = MOSP.replace('roles = [{ person = "bo@example.com", role = "owner" }]', _ROLES) + _STUDY
    opened(office, f"{online}{MCA}{EA}")
    used(
        office,
        ("lab", "cpu", "100", "2024-01-10"), ("lab", "guard", "3", "2024-01-12"), ("study", "cpu", "20", "2024-01-10"),
        ("waves", "cpu", "100", "2024-01-10"), ("waves", "guard", "1", "2024-01-12"),
        ("forge", "cpu", "250", "2024-01-10"), ("forge", "ubuntu", "4", "2024-01-12"),
    )  # fmt: skip
    closed(office, date(2024, 2, 6))
    used(
        office,
        ("lab", "cpu", "20", "2024-02-08"), ("study", "cpu", "120.55", "2024-02-08"),
        ("waves", "cpu", "30", "2024-02-08"), ("waves", "guard", "2", "2024-02-09"),
        ("forge", "cpu", "55", "2024-02-08"),
    )  # fmt: skip
    closed(office, date(2024, 2, 9))
    for person in Person.objects.all():
        person.set_password(PASSWORD)
        person.save()
