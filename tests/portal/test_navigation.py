"""The menu at the left: what a scope has, as far as somebody may open it, and nothing that leads to a refusal."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from kvitto.access.actions import Action
from kvitto.access.policies import Policy
from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.config.home import make_home
from kvitto.language import phrase
from kvitto.periods import midnight
from kvitto.portal.address_parts import PLURALS
from kvitto.portal.navigation import AREAS, ENTRIES, Entry, menu_of, on
from kvitto.records.held_roles import roles_of
from kvitto.records.models import AgreementRecord, Person
from kvitto.records.scope_path import path_to
from kvitto.runs.office import Office
from tests.every_agreement import PARTS, build, give, let, scope_of

pytestmark = pytest.mark.django_db

WHO = [
    ("mosp", "account", Role.ACCOUNT_ADMINISTRATOR),
    ("mosp", "subscription", Role.COST_MANAGEMENT_READER),
    ("mosp", "subscription", Role.USER_ACCESS_ADMINISTRATOR),
    ("mca", "account", Role.BILLING_ACCOUNT_READER),
    ("mca", "profile", Role.INVOICE_MANAGER),
    ("mca", "section", Role.INVOICE_SECTION_READER),
    ("mca", "section", Role.SUBSCRIPTION_CREATOR),
    ("ea", "account", Role.ENTERPRISE_ADMINISTRATOR),
    ("ea", "account", Role.ENTERPRISE_ADMINISTRATOR_READ_ONLY),
    ("ea", "department", Role.DEPARTMENT_ADMINISTRATOR),
    ("ea", "owner", Role.ACCOUNT_OWNER),
    ("indirect", "account", Role.ENTERPRISE_ADMINISTRATOR),
    ("indirect", "account", Role.PARTNER_ADMINISTRATOR),
    ("mpa", "account", Role.ADMIN_AGENT),
    ("mpa", "account", Role.SALES_AGENT),
    ("mpa", "subscription", Role.READER),
]


@pytest.fixture(autouse=True)
def every_agreement(tmp_path: Path, settings: Settings) -> None:
    """Two customers with every agreement."""
    make_home(tmp_path)
    settings.OFFICE = Office(home=tmp_path, clock=midnight(date(2017, 3, 20)))
    build({"own": "", "other": ""})


def someone(role: Role, agreement: str, part: str) -> Person:
    """Somebody with this role there."""
    person = Person.objects.create_user("somebody@example.com", name="Somebody")
    give(person, role, scope_of("own", agreement, part))
    return person


def entries(person: Person, scope: Scope) -> list[str]:
    """The titles of the scope's pages, settings last."""
    menu = menu_of(person, roles_of(person), scope)
    return [str(link.name) for link in (*menu.entries, *menu.settings)]


@pytest.mark.parametrize(("agreement", "part", "role"), WHO)
def test_whatever_the_menu_offers_opens(agreement: str, part: str, role: Role) -> None:
    """Every link of every scope's menu: a page, or the way on to one."""
    person = someone(role, agreement, part)
    client, held = Client(), roles_of(person)
    client.force_login(person)
    addresses = set()
    for below in PARTS[agreement]:
        menu = menu_of(person, held, scope_of("own", agreement, below))
        links = (*menu.areas, *menu.above, *menu.entries, *menu.settings)
        addresses |= {link.address for link in links if link.address}
    assert addresses
    assert {
        address: status for address in addresses if (status := client.get(address).status_code) not in {200, 302}
    } == {}


@pytest.mark.parametrize(
    ("agreement", "part", "role", "areas"),
    [
        ("mpa", "account", Role.GLOBAL_ADMINISTRATOR, ["Cost Management + Billing", "Partner Center"]),
        ("mca", "account", Role.GLOBAL_ADMINISTRATOR, ["Cost Management + Billing"]),
        ("mosp", "account", Role.ACCOUNT_ADMINISTRATOR, ["Cost Management + Billing", "Account Center"]),
        ("mosp", "subscription", Role.OWNER, []),
    ],
)
def test_an_area_is_in_the_menu_of_those_whom_it_has_something_for(
    agreement: str, part: str, role: Role, areas: list[str]
) -> None:
    """Everybody has the start page and the subscriptions."""
    person = someone(role, agreement, part)
    assert [str(link.name) for link in menu_of(person, roles_of(person)).areas] == ["Home", "Subscriptions", *areas]


def test_a_partner_who_looks_from_another_directory_has_no_partner_center() -> None:
    """It would be empty."""
    build({"far": "harbour.example"})
    person = Person.objects.create_user("somebody@example.com", directories=["harbour.example"])
    give(person, Role.ADMIN_AGENT, scope_of("far", "mpa", "account"))
    area = next(area for area in AREAS if area.name == "partner_center")
    assert not area.is_for(person, roles_of(person))
    person.look_from("harbour.example")
    assert area.is_for(person, roles_of(person))


def test_the_menu_of_a_profile_as_its_owner_sees_it() -> None:
    """Pages first, settings after; the account above it is named, and closed."""
    person = someone(Role.BILLING_PROFILE_OWNER, "mca", "profile")
    menu = menu_of(person, roles_of(person), scope_of("own", "mca", "profile"), "invoices")
    assert [str(link.name) for link in menu.entries][:4] == ["Overview", "Invoice sections", "Invoices", "Usage"]
    assert [str(link.name) for link in menu.settings] == ["Properties", "Access control", "Policies"]
    assert [link.name for link in menu.entries if link.is_here] == [menu.entries[2].name]
    assert [(link.name, link.address) for link in menu.above] == [("own-mca-account", "")]


@pytest.mark.parametrize(
    ("agreement", "part", "role", "closed"),
    [
        ("mca", "section", Role.INVOICE_SECTION_READER, "Invoices"),
        ("ea", "account", Role.ENTERPRISE_ADMINISTRATOR_READ_ONLY, "Invoices"),
        ("ea", "department", Role.DEPARTMENT_ADMINISTRATOR, "Usage + charges"),
        ("ea", "owner", Role.ACCOUNT_OWNER, "Usage + charges"),
        ("mosp", "subscription", Role.COST_MANAGEMENT_READER, "Invoices"),
        ("mpa", "subscription", Role.READER, "Usage"),
    ],
)
def test_what_is_closed_is_not_in_the_menu(agreement: str, part: str, role: Role, closed: str) -> None:
    """Though whoever holds more has it there."""
    assert closed not in entries(someone(role, agreement, part), scope_of("own", agreement, part))


def test_a_policy_brings_the_charges_of_a_department_into_the_menu() -> None:
    """As soon as it is set."""
    person = someone(Role.DEPARTMENT_ADMINISTRATOR, "ea", "department")
    department = scope_of("own", "ea", "department")
    let(scope_of("own", "ea", "account"), Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES, "Allowed")
    assert {"Usage", "Usage + charges", "Accounts"} <= set(entries(person, department))


def test_nothing_of_others_is_named() -> None:
    """To whoever has no relation to a scope, its menu says as little as that of one that never existed."""
    person = someone(Role.BILLING_ACCOUNT_OWNER, "mca", "account")
    held = roles_of(person)
    others = menu_of(person, held, scope_of("other", "mca", "profile"))
    assert others.scope is None
    assert others == menu_of(person, held, Scope(ScopeKind.BILLING_PROFILE, "never"))


def test_every_row_of_the_map_leads_to_a_page() -> None:
    """A mistyped url name would take its page out of the menu without a word."""
    assert [area.name for area in AREAS if not area.address] == []
    assert [
        (entry.name, kind) for entry in ENTRIES for kind in entry.openings if not entry.address(Scope(kind, "any"))
    ] == []


def test_an_entry_whose_page_nobody_has_defined_shows_nothing() -> None:
    """So a row may stand in the table before its page does."""
    row = Entry("tea", phrase("Tea"), "{kind}_tea", {ScopeKind.BILLING_PROFILE: on(Action.SEE_SUBSCRIPTION)})
    assert not row.address(Scope(ScopeKind.BILLING_PROFILE, "any"))
    path = path_to(someone(Role.BILLING_PROFILE_OWNER, "mca", "profile"), scope_of("own", "mca", "profile"))
    assert path
    assert row.opens(path)


def test_a_menu_asks_as_often_for_a_large_account_as_for_a_small_one() -> None:
    """What stands below is not read."""
    person = someone(Role.ENTERPRISE_ADMINISTRATOR, "ea", "account")
    held, account = roles_of(person), scope_of("own", "ea", "account")
    with CaptureQueriesContext(connection) as small:
        menu_of(person, held, account)
    record = AgreementRecord.objects.get(key="own-ea-subscription")
    for number in range(100):
        record.pk, record.key = None, f"more-{number}"
        record.save()
    with CaptureQueriesContext(connection) as large:
        menu_of(person, held, account)
    assert len(large) == len(small) <= 8
    assert not any("more-" in query["sql"] for query in large.captured_queries)


def test_the_last_scope_is_remembered_once() -> None:
    """When a page of another scope was shown; not for a refusal, and not again for the same."""
    person = someone(Role.INVOICE_SECTION_READER, "mca", "section")
    client = Client()
    client.force_login(person)
    section = scope_of("own", "mca", "section")
    address = f"/{PLURALS[section.kind]}/{section.id}/"
    assert client.get(address).status_code == 200
    assert Person.objects.get().last_scope == f"invoice_section:{section.id}"
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    assert not any(query["sql"].startswith("UPDATE") for query in queries.captured_queries)
    refused = f"/billing-profiles/{scope_of('own', 'mca', 'profile').id}/"
    assert client.get(refused).status_code == 404
    assert Person.objects.get().last_scope == f"invoice_section:{section.id}"


def test_the_switcher_is_for_who_has_several_scopes() -> None:
    """With one scope there is nothing to switch."""
    person = someone(Role.INVOICE_SECTION_READER, "mca", "section")
    client = Client()
    client.force_login(person)
    assert "Switch scope" not in client.get("/billing/").content.decode()
    give(person, Role.ENTERPRISE_ADMINISTRATOR, scope_of("own", "ea", "account"))
    page = client.get("/billing/").content.decode()
    switcher = page.partition("Switch scope")[2].partition("</details>")[0]
    assert re.findall(r'href="([^"]+)"', switcher) == [
        "/billing-accounts/own-ea-account/", "/invoice-sections/own-mca-section/", "/billing/",
    ]  # fmt: skip
