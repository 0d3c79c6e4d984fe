"""What becomes of an offer whose subscription moves to an enrollment (agreements.md §9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kvitto.records.agreements import invoice_scope_of_subscription
from kvitto.runs.apply_agreements import UnableToApply, apply
from kvitto.runs.office import Office
from tests.runs.closing.agreement_offices import EA, MOSP, PEOPLE, SELLER
from tests.runs.offices import at, written

pytestmark = pytest.mark.django_db
MakeOffice = Callable[..., Office]
WITH_CREDIT = MOSP.replace(
    'name = "Lab"\n',
    'name = "Lab"\noffer = "monthly-credit"\noffer_id = "MS-AZR-0063P"\nmonthly_credit = "150"\n',
)
LAB = """
[[enterprise_agreements.departments.accounts.subscriptions]]
id = "lab"
name = "Lab"
started_on = 2024-01-05
{offer}
"""


def moved(office: Office, offer: str) -> Path:
    """A file in which the Lab stands in the enrollment, the last thing that the agreements of one name."""
    alone = WITH_CREDIT.partition("[[mosp_accounts.subscriptions]]")
    plan = alone[2].partition("[[mosp_accounts.subscriptions]]")[2]
    return written(
        office,
        "moved.toml",
        f"{SELLER}{PEOPLE}{alone[0]}[[mosp_accounts.subscriptions]]{plan}{EA}{LAB.format(offer=offer)}",
    )


@pytest.fixture
def enrolling(office: MakeOffice) -> Office:
    """An office whose Lab has a monthly credit, beside an enrollment."""
    there = at(office(), date(2024, 1, 5))
    apply(there, written(there, "agreements.toml", f"{SELLER}{PEOPLE}{WITH_CREDIT}{EA}"))
    return there


@pytest.mark.parametrize("offer", ["", 'offer_id = "MS-AZR-0148P"'])
def test_an_offer_with_credit_becomes_dev_test(enrolling: Office, offer: str) -> None:
    """With the id said, or left out."""
    apply(enrolling, moved(enrolling, offer))
    scope = invoice_scope_of_subscription("lab")
    assert scope
    assert scope.account.id == "works"


def test_another_offer_is_refused(enrolling: Office) -> None:
    """Before anything is recorded; that it has no credit of its own there, the file's reader says."""
    with pytest.raises(UnableToApply, match="under an enrollment its offer MS-AZR-0063P becomes MS-AZR-0148P"):
        apply(enrolling, moved(enrolling, 'offer_id = "MS-AZR-0017P"'))
