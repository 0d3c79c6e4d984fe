"""Overview, Properties and lists of each kind of scope: who opens them, and what is told."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import ScopeKind
from kvitto.portal.address_parts import PLURALS
from kvitto.records.models import AgreementRecord, Person
from tests.access.roles_by_the_book import COUNTING, HELD_ON, NAMES, REACHED_FROM, may
from tests.every_agreement import KINDS, PARTS, give, invoice, scope_of
from tests.portal.billing.conftest import As
from tests.portal.test_who_may_open_what import DAY

pytestmark = pytest.mark.django_db

SEEN, REFUSED, NOTHING = 200, 403, 404
BOOK_OF = {"mosp": "MOSP", "mca": "MCA", "ea": "EA", "mpa": "MPA"}
PROPERTIES_BY = {  # the row of roles.md that says who sees the properties
    ("mosp", "account"): "use-account-center",
    ("mca", "account"): "see-account-roles",
    ("mca", "profile"): "see-profile-roles",
    ("mca", "section"): "see-section-roles",
    ("ea", "account"): "see-account-roles",
    ("ea", "department"): "see-department-roles",
    ("ea", "owner"): "see-enrollment-accounts",
    ("mpa", "account"): "manage-customers",
    ("mpa", "profile"): "manage-customers",
    ("mpa", "customer"): "manage-customers",
}


def address_of(agreement: str, part: str, rest: str = "", customer: str = "own") -> str:
    """A page of this part."""
    scope = scope_of(customer, agreement, part)
    return f"/{PLURALS[scope.kind]}/{scope.id}/{rest}"


def text(client: Client, address: str) -> str:
    """The page."""
    answer = client.get(address)
    assert answer.status_code == SEEN
    return answer.content.decode()


@pytest.mark.parametrize("agreement", BOOK_OF)
def test_who_opens_overview_and_properties(as_role: As, agreement: str) -> None:
    """Each role, at each scope: as the book says."""
    book, parts = BOOK_OF[agreement], {kind.value: part for part, kind in KINDS.items()}
    wrong = []
    for column in COUNTING[book]:
        client = as_role(NAMES[column], agreement, parts[HELD_ON[column]])
        for part in PARTS[agreement]:
            level = scope_of("own", agreement, part).kind.value
            is_related = HELD_ON[column] in REACHED_FROM[book][level].split()
            rows = {"": "see-subscription", "properties/": PROPERTIES_BY.get((agreement, part), "")}
            for rest, row in rows.items():
                if not row:
                    continue
                is_open = may(book, row, column, frozenset())
                expected = NOTHING if not is_related else SEEN if is_open else REFUSED
                found = client.get(address_of(agreement, part, rest)).status_code
                wrong += [(column, part, rest, found, expected)] if found != expected else []
                assert client.get(address_of(agreement, part, rest, "other")).status_code == NOTHING
    assert wrong == []


def test_the_overview_says_what_is_to_pay_and_where_to_go_on(as_role: As) -> None:
    """Amount due, latest invoice, open period, sections."""
    invoice("K-1", "own", "mca", DAY)
    invoice("K-2", "other", "mca", DAY)
    shown = text(as_role(Role.BILLING_PROFILE_READER, "mca", "profile"), address_of("mca", "profile"))
    for told in (
        "Amount due",
        "0.01\N{NO-BREAK SPACE}EUR",
        "/invoices/K-1/",
        "/invoices/",
        "/usage/",
        "own-mca-section",
    ):
        assert told in shown
    assert "K-2" not in shown


def test_who_may_not_see_invoices_learns_no_amount(as_role: As) -> None:
    """Not even that there is one."""
    invoice("K-1", "own", "ea", DAY)
    shown = text(as_role(Role.ENTERPRISE_ADMINISTRATOR_READ_ONLY, "ea", "account"), address_of("ea", "account"))
    assert "Amount due" not in shown
    assert "K-1" not in shown


def test_properties_of_a_profile(as_role: As) -> None:
    """Names, ids, address, terms in words; the account's name only to whoever may open the account."""
    shown = text(as_role(Role.BILLING_PROFILE_READER, "mca", "profile"), address_of("mca", "profile", "properties/"))
    for told in ("Bill to", "Storgatan 1", "Currency", "EUR", "Day 5 of the month", "Customer Agreement"):
        assert told in shown
    assert "To be paid up to and including 30 days after the invoice date." in shown
    facts = shown.partition("<main")[2]
    assert "own-mca-account" not in facts
    above = text(as_role(Role.BILLING_ACCOUNT_READER, "mca", "account"), address_of("mca", "profile", "properties/"))
    assert "own-mca-account" in above.partition("<main")[2]


def test_properties_of_an_enrollment(as_role: As) -> None:
    """Its number is the purchase order number, unless one was given."""
    shown = text(as_role(Role.ENTERPRISE_ADMINISTRATOR, "ea", "account"), address_of("ea", "account", "properties/"))
    assert len(re.findall(r"<dd>E-own</dd>", shown)) == 2
    for told in ("Enrollment number", "Agreement began on", "every month", "Sold to"):
        assert told in shown


@pytest.mark.parametrize(
    ("agreement", "part", "name", "role", "refused"),
    [
        ("mca", "account", "profiles", Role.BILLING_ACCOUNT_READER, None),
        ("mca", "profile", "sections", Role.INVOICE_MANAGER, None),
        ("mpa", "profile", "customers", Role.ADMIN_AGENT, Role.BILLING_ADMINISTRATOR),
        ("ea", "account", "departments", Role.ENTERPRISE_ADMINISTRATOR_READ_ONLY, None),
        ("ea", "account", "accounts", Role.ENTERPRISE_ADMINISTRATOR, None),
        ("ea", "department", "accounts", Role.DEPARTMENT_ADMINISTRATOR, None),
    ],
)
def test_lists_below_a_scope(
    as_role: As, agreement: str, part: str, name: str, role: Role, refused: Role | None
) -> None:
    """Every row leads to the overview of what it names."""
    address = address_of(agreement, part, f"{name}/")
    client = as_role(role, agreement, "department" if part == "department" else "account")
    (link,) = re.findall(r'class="row-link" href="([^"]+)"', text(client, address))
    assert client.get(link).status_code == SEEN
    assert "None has “nothing” in its name or id." in text(client, f"{address}?q=nothing")
    if refused:
        assert as_role(refused, agreement, "account").get(address).status_code == REFUSED


@pytest.mark.parametrize("name", ["profiles", "departments", "accounts", "usage-and-charges"])
def test_an_account_has_the_lists_of_its_agreement_alone(as_role: As, name: str) -> None:
    """Departments of an account that buys online are no page."""
    client = as_role(Role.ACCOUNT_ADMINISTRATOR, "mosp", "account")
    assert client.get(address_of("mosp", "account", f"{name}/")).status_code == NOTHING


def test_an_account_owner_is_pending_until_they_have_signed_in(as_role: As) -> None:
    """Active from then on."""
    client = as_role(Role.ENTERPRISE_ADMINISTRATOR, "ea", "account")
    olof = Person.objects.create_user("olof@example.com", name="Olof")
    give(olof, Role.ACCOUNT_OWNER, scope_of("own", "ea", "owner"))
    address = address_of("ea", "account", "accounts/")
    assert "pending: has not signed in yet" in text(client, address)
    Person.objects.filter(pk=olof.pk).update(last_login=datetime(2017, 1, 1, tzinfo=UTC))
    shown = text(client, address)
    assert "Olof" in shown
    assert "pending" not in shown
    assert ">active<" in shown


def test_longer_lists_ask_no_more_questions(as_role: As) -> None:
    """Owners, counts and departments of all rows are asked for together."""
    client = as_role(Role.ENTERPRISE_ADMINISTRATOR, "ea", "account")
    address = address_of("ea", "account", "accounts/")
    text(client, address)
    with CaptureQueriesContext(connection) as few:
        text(client, address)
    record = AgreementRecord.objects.get(key="own-ea-owner")
    for number in range(40):
        record.pk, record.key = None, f"owner-{number:02}"
        record.facts |= {"id": record.key, "name": record.key}
        record.save()
    with CaptureQueriesContext(connection) as many:
        assert len(re.findall("row-link", text(client, address))) == 25
    assert len(many) == len(few)


def test_every_kind_of_scope_has_an_overview() -> None:
    """But management groups, which belong to resources."""
    from kvitto.portal.navigation import ENTRIES_BY_NAME

    assert set(ENTRIES_BY_NAME["overview"].openings) == set(ScopeKind) - {ScopeKind.MANAGEMENT_GROUP}
