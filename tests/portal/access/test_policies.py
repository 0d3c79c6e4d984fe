"""*Policies*: who sees them, who sets them, the question before something is opened, and forms that came late."""

from __future__ import annotations

import pytest

from kvitto.access.policies import Policy
from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import Scope
from kvitto.records.models import PolicySetting
from kvitto.records.policies import policies_on
from kvitto.runs.office import Office
from tests.every_agreement import let, scope_of
from tests.portal.access.cast import page, person, signed_in

pytestmark = pytest.mark.django_db
ENROLLMENT, CUSTOMER = scope_of("own", "ea", "account"), scope_of("own", "mpa", "customer")
PROFILE, PARTNER = scope_of("own", "mca", "profile"), scope_of("own", "mpa", "account")
LAB = scope_of("own", "mosp", "subscription")
DEPARTMENTS = Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES


@pytest.mark.parametrize(
    ("role", "held_on", "scope", "sees", "sets"),
    [
        (Role.ENTERPRISE_ADMINISTRATOR, ENROLLMENT, ENROLLMENT, 200, 4),
        (Role.ENTERPRISE_ADMINISTRATOR_READ_ONLY, ENROLLMENT, ENROLLMENT, 200, 0),
        (Role.ENTERPRISE_PURCHASER, ENROLLMENT, ENROLLMENT, 200, 0),
        (Role.DEPARTMENT_ADMINISTRATOR, scope_of("own", "ea", "department"), ENROLLMENT, 404, 0),
        (Role.BILLING_PROFILE_OWNER, PROFILE, PROFILE, 200, 3),
        (Role.BILLING_PROFILE_CONTRIBUTOR, PROFILE, PROFILE, 200, 3),
        (Role.INVOICE_MANAGER, PROFILE, PROFILE, 200, 0),
        (Role.INVOICE_SECTION_OWNER, scope_of("own", "mca", "section"), PROFILE, 404, 0),
        (Role.GLOBAL_ADMINISTRATOR, scope_of("own", "mca", "account"), PROFILE, 403, 0),
        (Role.GLOBAL_ADMINISTRATOR, PARTNER, CUSTOMER, 200, 1),
        (Role.ADMIN_AGENT, PARTNER, CUSTOMER, 200, 2),
        (Role.SALES_AGENT, PARTNER, CUSTOMER, 200, 0),
        (Role.BILLING_ADMINISTRATOR, PARTNER, CUSTOMER, 403, 0),
        (Role.BILLING_PROFILE_OWNER, PROFILE, scope_of("own", "mca", "section"), 404, 0),
        (Role.ACCOUNT_ADMINISTRATOR, scope_of("own", "mosp", "account"), LAB, 302, 0),
        (Role.ENTERPRISE_ADMINISTRATOR, scope_of("other", "ea", "account"), ENROLLMENT, 404, 0),
    ],
)
def test_who_sees_and_who_sets(here: Office, role: Role, held_on: Scope, scope: Scope, sees: int, sets: int) -> None:
    """roles.md §8; without the right there is the value and who may change it, and no form."""
    answer = signed_in(person(role, held_on)).get(page(scope, "policies/"))
    assert answer.status_code == sees
    assert answer.content.decode().count('name="policy"') == sets
    assert (sees != 200) or ("May change it:" in answer.content.decode())


def test_what_opens_something_is_asked_about_once_more(here: Office) -> None:
    """Closing is not; the same value again changes nothing."""
    client = signed_in(person(Role.ENTERPRISE_ADMINISTRATOR, ENROLLMENT))
    sent = {"policy": DEPARTMENTS.value, "value": "Allowed", "was": "NotAllowed"}
    asked = client.post(page(ENROLLMENT, "policies/"), sent)
    assert "Open this to others?" in asked.content.decode()
    assert not PolicySetting.objects.exists()
    done = client.post(page(ENROLLMENT, "policies/"), {**sent, "sure": "yes"}, follow=True)
    assert "Department administrators view charges: Allowed, from now on." in done.content.decode()
    again = client.post(page(ENROLLMENT, "policies/"), {**sent, "sure": "yes"}, follow=True)
    assert "Allowed, as before." in again.content.decode()
    shut = client.post(page(ENROLLMENT, "policies/"), {**sent, "value": "Disabled", "was": "Allowed"}, follow=True)
    assert "Disabled, from now on." in shut.content.decode()
    assert policies_on([ENROLLMENT])[ENROLLMENT] == {DEPARTMENTS: "Disabled"}
    assert PolicySetting.objects.filter(superseded_in=None, valid_to=None).count() == 1


def test_a_form_that_came_late_says_so(here: Office) -> None:
    """What somebody else set meanwhile is not overwritten unseen."""
    client = signed_in(person(Role.ADMIN_AGENT, PARTNER))
    let(CUSTOMER, Policy.CUSTOMER_VIEWS_CHARGES, "Allowed")
    sent = {"policy": Policy.CUSTOMER_VIEWS_CHARGES.value, "value": "NotAllowed", "was": "NotAllowed"}
    late = client.post(page(CUSTOMER, "policies/"), sent)
    assert late.status_code == 409
    assert "Somebody changed “Customer views charges” while this page was open" in late.content.decode()
    assert policies_on([CUSTOMER])[CUSTOMER] == {Policy.CUSTOMER_VIEWS_CHARGES: "Allowed"}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 422), ({"policy": "nothing", "value": "Allowed"}, 422), ({"policy": "\0"}, 422),
        ({"policy": DEPARTMENTS.value}, 409), ({"policy": DEPARTMENTS.value, "value": "x" * 9999}, 409),
        ({"policy": Policy.MARKUP.value, "value": "Locked", "was": "Disabled"}, 403),
        ({"policy": Policy.INVOICES_SHARED.value, "value": "on", "was": "off"}, 409),
    ],
)  # fmt: skip
def test_other_forms_change_nothing(here: Office, sent: dict[str, str], status: int) -> None:
    """Policies of elsewhere, values that there are not, and nothing at all."""
    client = signed_in(person(Role.ENTERPRISE_ADMINISTRATOR, ENROLLMENT))
    assert client.post(page(ENROLLMENT, "policies/"), sent).status_code == status
    assert not PolicySetting.objects.exists()


def test_who_may_not_set_sets_nothing(here: Office) -> None:
    """Also if they send the form with the answer to the question."""
    client = signed_in(person(Role.ENTERPRISE_ADMINISTRATOR_READ_ONLY, ENROLLMENT))
    sent = {"policy": DEPARTMENTS.value, "value": "Allowed", "was": "NotAllowed", "sure": "yes"}
    assert client.post(page(ENROLLMENT, "policies/"), sent).status_code == 403
    assert not PolicySetting.objects.exists()


@pytest.mark.parametrize(
    ("role", "held_on", "status"),
    [
        (Role.ACCOUNT_ADMINISTRATOR, scope_of("own", "mosp", "account"), 200),
        (Role.OWNER, LAB, 403),
        (Role.ACCOUNT_ADMINISTRATOR, scope_of("other", "mosp", "account"), 404),
    ],
)
def test_the_switch_is_a_page_of_its_own(here: Office, role: Role, held_on: Scope, status: int) -> None:
    """S-17: for the Account Administrator; others learn whom to ask."""
    answer = signed_in(person(role, held_on)).get(page(LAB, "share-invoices/"))
    assert answer.status_code == status
    assert ("Account Administrator" in answer.content.decode()) is (status != 404)
