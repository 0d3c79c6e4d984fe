"""*Who can see this invoice*, for those who may know."""

from __future__ import annotations

from datetime import date

import pytest

from kvitto.access.policies import Policy
from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import Scope
from kvitto.records.models import Group, Revision, RoleAssignment
from kvitto.runs.office import Office
from tests.every_agreement import invoice, let, scope_of
from tests.portal.access.cast import person, signed_in

pytestmark = pytest.mark.django_db
PROFILE, ACCOUNT = scope_of("own", "mca", "profile"), scope_of("own", "mca", "account")
LAB, NORDLYS = scope_of("own", "mosp", "subscription"), scope_of("own", "mosp", "account")
START = date(2017, 1, 1)


@pytest.fixture(autouse=True)
def invoiced(here: Office) -> None:
    """An invoice under every agreement, of both customers."""
    for agreement in ("mosp", "mca", "ea", "mpa"):
        invoice(f"K-{agreement}", "own", agreement, START)


@pytest.mark.parametrize(
    ("number", "role", "held_on", "status"),
    [
        ("K-mosp", Role.ACCOUNT_ADMINISTRATOR, NORDLYS, 200),
        ("K-mosp", Role.OWNER, LAB, 200),
        ("K-mosp", Role.USER_ACCESS_ADMINISTRATOR, LAB, 200),
        ("K-mosp", Role.READER, LAB, 403),
        ("K-mca", Role.BILLING_PROFILE_READER, PROFILE, 200),
        ("K-mca", Role.INVOICE_SECTION_OWNER, scope_of("own", "mca", "section"), 404),
        ("K-ea", Role.ENTERPRISE_ADMINISTRATOR_READ_ONLY, scope_of("own", "ea", "account"), 200),
        ("K-ea", Role.DEPARTMENT_ADMINISTRATOR, scope_of("own", "ea", "department"), 404),
        ("K-mpa", Role.ADMIN_AGENT, scope_of("own", "mpa", "account"), 200),
        ("K-mpa", Role.SALES_AGENT, scope_of("own", "mpa", "account"), 403),
        ("K-mca", Role.BILLING_ACCOUNT_OWNER, scope_of("other", "mca", "account"), 404),
        ("K-nothing", Role.BILLING_ACCOUNT_OWNER, ACCOUNT, 404),
    ],
)
def test_who_may_know(here: Office, number: str, role: Role, held_on: Scope, status: int) -> None:
    """Those who see who holds roles where the invoice stands."""
    client = signed_in(person(role, held_on))
    assert client.get(f"/invoices/{number}/who-can-see/").status_code == status


def test_it_says_who_and_why(here: Office) -> None:
    """The role, where it is held, the group, the policy; and who sees it without downloading."""
    administrator = person(Role.ACCOUNT_ADMINISTRATOR, NORDLYS)
    person(Role.READER, LAB, "erik")
    group = Group.objects.create(key="finance", name="Finance")
    group.members.add(person(name="gina"))
    RoleAssignment.objects.create(
        group=group, role=Role.BILLING_READER, scope_kind=LAB.kind, scope_key=LAB.id, valid_from=START,
        recorded_in=Revision.objects.latest("number"),
    )  # fmt: skip
    client = signed_in(administrator)
    before = client.get("/invoices/K-mosp/who-can-see/").content.decode()
    for words in (
        "ada@example.com",
        "Account Administrator on own-mosp-account",
        "erik@example.com",
        "through the group Finance",
    ):
        assert words in before, words
    assert before.count("see and download") == 1
    let(LAB, Policy.INVOICES_SHARED, "on")
    after = client.get("/invoices/K-mosp/who-can-see/").content.decode()
    assert after.count("see and download") == 3
    assert "by the policy “Allow others to download invoice”" in after


def test_roles_above_are_left_out_for_who_may_not_look_there(here: Office) -> None:
    """And that there are some is said."""
    person(Role.BILLING_ACCOUNT_OWNER, ACCOUNT, "bea")
    reader = person(Role.BILLING_PROFILE_READER, PROFILE)
    shown = signed_in(reader).get("/invoices/K-mca/who-can-see/").content.decode()
    assert "bea@example.com" not in shown
    assert "More people see it by roles above" in shown
    whole = signed_in(person(Role.BILLING_ACCOUNT_READER, ACCOUNT, "rob")).get("/invoices/K-mca/who-can-see/")
    assert "bea@example.com" in whole.content.decode()
