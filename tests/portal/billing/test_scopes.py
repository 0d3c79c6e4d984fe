"""Cost Management + Billing: all billing scopes of a person, and the answer to which agreement one has."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kvitto.access.roles import Role
from kvitto.records.models import AgreementRecord, Person
from tests.every_agreement import give, scope_of
from tests.portal.billing.conftest import As

pytestmark = pytest.mark.django_db

NAMES_OF = {
    "mosp": "Online Services Program",
    "mca": "Customer Agreement",
    "ea": "Enterprise Agreement",
    "mpa": "Partner Agreement",
}
OWNS = {
    "mosp": Role.ACCOUNT_ADMINISTRATOR,
    "mca": Role.BILLING_ACCOUNT_OWNER,
    "ea": Role.ENTERPRISE_ADMINISTRATOR,
    "mpa": Role.GLOBAL_ADMINISTRATOR,
}


def text(client: Client, query: str = "") -> str:
    """The page."""
    answer = client.get(f"/billing/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def rows(client: Client, query: str = "") -> list[str]:
    """The addresses of the rows, in order."""
    return re.findall(r'class="row-link" href="([^"]+)"', text(client, query))


@pytest.mark.parametrize("agreement", OWNS)
def test_s41_the_list_says_which_agreement_one_has(as_role: As, agreement: str) -> None:
    """In the column of the type, and in a sentence about the Customer Agreement."""
    shown = text(as_role(OWNS[agreement], agreement, "account"))
    body = shown.partition("<tbody")[2].partition("</tbody>")[0]
    assert NAMES_OF[agreement] in body
    assert not any(other in body for key, other in NAMES_OF.items() if key != agreement)
    has_one = "You have access to a Customer Agreement: own-mca-account." in shown
    assert has_one is (agreement == "mca")
    assert ("None of your billing scopes is under a Customer Agreement." in shown) is not has_one


def test_one_customer_agreement_among_others_is_enough(as_role: As) -> None:
    """The rule: true if any listed scope is of one."""
    client = as_role(Role.ENTERPRISE_ADMINISTRATOR, "ea", "account")
    give(Person.objects.get(), Role.INVOICE_SECTION_READER, scope_of("own", "mca", "section"))
    assert "You have access to a Customer Agreement: own-mca-account." in text(client)


def test_an_account_s_profiles_are_listed_with_it(as_role: As) -> None:
    """With the roles that reach them from above; nothing of the neighbour."""
    client = as_role(Role.BILLING_ACCOUNT_READER, "mca", "account")
    assert rows(client) == ["/billing-accounts/own-mca-account/", "/billing-profiles/own-mca-profile/"]
    assert text(client).count("Billing account reader") == 2


def test_s56_an_enrollment_is_found_among_the_billing_profiles(as_role: As) -> None:
    """It has no others: it is invoiced as a whole."""
    client = as_role(Role.ENTERPRISE_ADMINISTRATOR, "ea", "account")
    assert rows(client, "?kind=billing_profile") == ["/billing-accounts/own-ea-account/"]
    assert "Enrollment, its own billing profile" in text(client)


@pytest.mark.parametrize(
    ("role", "agreement", "part", "address"),
    [
        (Role.INVOICE_SECTION_OWNER, "mca", "section", "/invoice-sections/own-mca-section/"),
        (Role.DEPARTMENT_ADMINISTRATOR, "ea", "department", "/departments/own-ea-department/"),
        (Role.ACCOUNT_OWNER, "ea", "owner", "/enrollment-accounts/own-ea-owner/"),
    ],
)
def test_who_holds_a_part_sees_that_part_alone(
    as_role: As, role: Role, agreement: str, part: str, address: str
) -> None:
    """What stands above it is named, not opened."""
    assert rows(as_role(role, agreement, part)) == [address]


def test_roles_on_subscriptions_open_no_billing_scope(as_role: As) -> None:
    """And the page says what would."""
    shown = text(as_role(Role.OWNER, "mosp", "subscription"))
    assert "No billing scope is open to" in shown
    assert "Roles on subscriptions open those alone." in shown


def test_filters_and_order(as_role: As) -> None:
    """By name or id, kind and agreement; sorted by account, name or agreement; nonsense is as if nothing was asked."""
    client = as_role(Role.BILLING_ACCOUNT_READER, "mca", "account")
    person = Person.objects.get()
    give(person, Role.ENTERPRISE_ADMINISTRATOR, scope_of("own", "ea", "account"))
    assert rows(client, "?q=OWN-MCA-profile") == ["/billing-profiles/own-mca-profile/"]
    assert rows(client, "?agreement=EnterpriseAgreement") == ["/billing-accounts/own-ea-account/"]
    assert rows(client, "?kind=billing_profile&sort=name") == [
        "/billing-accounts/own-ea-account/", "/billing-profiles/own-mca-profile/",
    ]  # fmt: skip
    assert rows(client, "?sort=agreement")[-1] == "/billing-accounts/own-ea-account/"
    assert len(rows(client, "?sort=nonsense&page=99")) == 3
    assert "No billing scope of yours fits what you chose." in text(client, "?q=nothing")


def test_more_scopes_ask_no_more_questions(as_role: As) -> None:
    """25 rows a page."""
    client = as_role(Role.BILLING_ACCOUNT_READER, "mca", "account")
    with CaptureQueriesContext(connection) as few:
        rows(client)
    record = AgreementRecord.objects.get(key="own-mca-profile")
    for number in range(40):
        record.pk, record.key = None, f"profile-{number:02}"
        record.facts |= {"id": record.key, "name": record.key}
        record.save()
    with CaptureQueriesContext(connection) as many:
        assert len(rows(client)) == 25
    assert len(rows(client, "?page=2")) == 17
    assert len(many) == len(few)
