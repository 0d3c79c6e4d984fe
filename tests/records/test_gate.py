"""The gate: things of others do not exist, lists hold what single questions open, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import InvoiceScope, Scope, ScopeKind
from kvitto.records.agreements import invoice_scopes, tree
from kvitto.records.gate import (
    Action,
    NotFound,
    Refused,
    invoice_for,
    invoice_scopes_of,
    scope_for,
    subscriptions_of,
)
from kvitto.records.models import InvoiceRecord, Person, Revision, RoleAssignment
from kvitto.runs.apply_agreements import apply
from kvitto.runs.office import Office
from tests.agreements.example_file import EXAMPLE, written

MakeOffice = Callable[..., Office]
pytestmark = pytest.mark.django_db

PEOPLE = {
    "aa": ("billing_account", "lindqvist", None),  # Astrid, by the file
    "nobody": None,
    "reader": ("subscription", "pg-lab", Role.READER),
    "cost": ("subscription", "pg-lab", Role.COST_MANAGEMENT_READER),
    "account": ("billing_account", "harbour", Role.BILLING_ACCOUNT_READER),
    "profile": ("billing_profile", "utrecht", Role.BILLING_PROFILE_READER),
    "manager": ("billing_profile", "utrecht", Role.INVOICE_MANAGER),
    "section": ("invoice_section", "utrecht-storage", Role.INVOICE_SECTION_OWNER),
    "creator": ("invoice_section", "utrecht-storage", Role.SUBSCRIPTION_CREATOR),
    "owner": ("subscription", "fio", Role.OWNER),
}
SUBSCRIPTIONS = "mca_accounts.billing_profiles.invoice_sections.subscriptions"
MORE = """
[[mca_accounts.billing_profiles.invoice_sections.subscriptions]]
id = "fio-2"
name = "Second tester"
started_on = 2024-02-01

[[mca_accounts.billing_profiles.invoice_sections]]
id = "utrecht-memory"
name = "Memory"

[[mca_accounts.billing_profiles.invoice_sections.subscriptions]]
id = "imlc"
name = "Memory checker"
started_on = 2024-02-01

[[mca_accounts.billing_profiles]]
id = "hsinchu"
name = "Hsinchu"

[[mca_accounts.billing_profiles.invoice_sections]]
id = "hsinchu-kernel"
name = "Kernel"

[[mca_accounts.billing_profiles.invoice_sections.subscriptions]]
id = "stress"
name = "Stress"
started_on = 2024-02-01
"""
ACTIONS = (
    Action.SEE_SUBSCRIPTION,
    Action.SEE_INVOICES,
    Action.SEE_CHARGES,
    Action.DOWNLOAD_USAGE,
    Action.DOWNLOAD_INVOICE,
)


@pytest.fixture
def people(office: MakeOffice, tmp_path: Path) -> dict[str, Person]:
    """An office with the agreements of the example and more, and a person for each role that matters."""
    apply(office(clock=date(2024, 3, 20)), written(tmp_path, EXAMPLE + MORE))
    RoleAssignment.objects.exclude(role=Role.ACCOUNT_ADMINISTRATOR).exclude(role=Role.BILLING_PROFILE_OWNER).delete()
    found = {"aa": Person.objects.get(email="astrid@lindqvist.example")}
    for name, held in PEOPLE.items():
        if name != "aa":
            found[name] = Person.objects.create_user(f"{name}@example.com", name=name.title())
        if held and held[2]:
            give(found[name], held[2], held[0], held[1])
    return found


def give(person: Person, role: Role, kind: str, key: str) -> None:
    """Record a role."""
    RoleAssignment.objects.create(
        person=person,
        role=role,
        scope_kind=kind,
        scope_key=key,
        valid_from=date(2024, 1, 1),
        recorded_in=Revision.objects.latest("number"),
    )


def subscription(key: str) -> Scope:
    """A subscription's scope."""
    return Scope(ScopeKind.SUBSCRIPTION, key)


def profile(key: str) -> Scope:
    """A profile's scope."""
    return Scope(ScopeKind.BILLING_PROFILE, key)


def answer(person: Person, scope: Scope, action: Action) -> str:
    """The kind of answer the gate gives."""
    try:
        scope_for(person, scope, action)
    except NotFound:
        return "not found"
    except Refused:
        return "refused"
    return "allowed"


# person, thing → answers to see-subscription, see-invoices, see-charges, download-usage, download-invoice
Y, N, X = "allowed", "refused", "not found"
WHO_MAY_OPEN_WHAT = [
    ("aa", subscription("pg-lab"), (Y, Y, Y, Y, Y)),
    ("aa", profile("utrecht"), (Y, Y, Y, Y, Y)),  # also an owner of it, by the file
    ("aa", profile("hsinchu"), (X, X, X, X, X)),
    ("nobody", subscription("pg-lab"), (X, X, X, X, X)),
    ("nobody", subscription("fio"), (X, X, X, X, X)),
    ("nobody", profile("utrecht"), (X, X, X, X, X)),
    ("reader", subscription("pg-lab"), (Y, Y, Y, Y, N)),
    ("reader", subscription("os-bench"), (X, X, X, X, X)),
    ("cost", subscription("pg-lab"), (Y, N, Y, N, N)),
    ("account", profile("utrecht"), (Y, Y, Y, Y, Y)),
    ("account", profile("hsinchu"), (Y, Y, Y, Y, Y)),
    ("account", subscription("imlc"), (Y, Y, Y, Y, Y)),
    ("account", subscription("pg-lab"), (X, X, X, X, X)),
    ("profile", profile("utrecht"), (Y, Y, Y, Y, Y)),
    ("profile", subscription("imlc"), (Y, Y, Y, Y, Y)),
    ("profile", profile("hsinchu"), (X, X, X, X, X)),
    ("profile", subscription("stress"), (X, X, X, X, X)),
    ("manager", profile("utrecht"), (Y, Y, Y, Y, Y)),
    ("section", subscription("fio"), (Y, N, Y, N, N)),
    ("section", Scope(ScopeKind.INVOICE_SECTION, "utrecht-storage"), (Y, N, Y, N, N)),
    ("section", subscription("imlc"), (X, X, X, X, X)),
    ("section", profile("utrecht"), (X, X, X, X, X)),
    ("creator", subscription("fio"), (N, N, Y, N, N)),
    ("owner", subscription("fio"), (Y, N, Y, N, N)),
    ("owner", subscription("fio-2"), (X, X, X, X, X)),
    ("owner", profile("utrecht"), (X, X, X, X, X)),
    ("account", Scope(ScopeKind.BILLING_ACCOUNT, "harbour"), (X, X, X, X, X)),  # no invoice is made for an account
]


@pytest.mark.parametrize(
    ("name", "scope", "answers"), WHO_MAY_OPEN_WHAT, ids=[f"{who}-{thing.id}" for who, thing, _ in WHO_MAY_OPEN_WHAT]
)
def test_who_may_open_what(people: dict[str, Person], name: str, scope: Scope, answers: tuple[str, ...]) -> None:
    """One table: person, thing, and the answer to each action."""
    assert tuple(answer(people[name], scope, action) for action in ACTIONS) == answers


def test_a_thing_of_others_and_no_thing_at_all_are_told_alike(people: dict[str, Person]) -> None:
    """The sentence differs in nothing but the id that was typed."""
    said = []
    for key in ("fio", "fantasy"):
        with pytest.raises(NotFound) as raised:
            scope_for(people["nobody"], subscription(key), Action.SEE_INVOICES)
        said.append(str(raised.value.phrase).replace(key, "…"))
    assert said[0] == said[1]


def test_lists_hold_exactly_what_single_questions_open(people: dict[str, Person]) -> None:
    """For every person and action, each subscription and invoice scope of the office is asked for alone too."""
    whole = tree()
    for person in people.values():
        for action in ACTIONS:
            listed = {place.scope for place in subscriptions_of(person, action)}
            every = {place.scope for place in whole.places()}
            assert listed == {scope for scope in every if answer(person, scope, action) == "allowed"}
            scopes = {found.scope for found in invoice_scopes_of(person, action)}
            every_scope = {found.scope for found in invoice_scopes()}
            assert scopes == {scope for scope in every_scope if answer(person, scope, action) == "allowed"}


def test_a_part_of_a_profile_shows_nothing_of_others(people: dict[str, Person]) -> None:
    """A section's owner is given the section; an account's reader the whole profile, by whichever name."""
    part = scope_for(people["section"], subscription("fio"), Action.SEE_CHARGES)
    assert {each.id for each in part.subscriptions} == {"fio", "fio-2"}
    assert [section.id for section in part.sections] == ["utrecht-storage"]
    own = scope_for(people["owner"], subscription("fio"), Action.SEE_CHARGES)
    assert {each.id for each in own.subscriptions} == {"fio"}
    whole = scope_for(people["account"], subscription("fio"), Action.SEE_CHARGES)
    assert {each.id for each in whole.subscriptions} == {"fio", "fio-2", "imlc"}


def test_lists_show_whole_invoice_scopes(people: dict[str, Person]) -> None:
    """A profile in a list has all its sections and subscriptions, as the office knows it."""
    known = {scope.scope: scope for scope in invoice_scopes()}
    assert [scope.name for scope in invoice_scopes_of(people["account"])] == ["Hsinchu", "Research Utrecht"]
    assert all(known[scope.scope] == scope for scope in invoice_scopes_of(people["account"]))


def test_a_refusal_names_people_who_can_give_the_role(people: dict[str, Person]) -> None:
    """The profile's owner is told by name, never by address; the account's reader can give nothing."""
    with pytest.raises(Refused) as raised:
        scope_for(people["section"], subscription("fio"), Action.SEE_INVOICES)
    assert raised.value.refusal.givers == ("Astrid Lindqvist",)
    assert "@" not in str(raised.value.phrase)


def test_a_withdrawn_role_opens_nothing(people: dict[str, Person], office: MakeOffice, tmp_path: Path) -> None:
    """A file that no longer gives a role closes the door at once."""
    give_back = EXAMPLE.replace('{ person = "erik@lindqvist.example", role = "reader" }', "")
    apply(office(clock=date(2024, 3, 20)), written(tmp_path, EXAMPLE))
    erik = Person.objects.get(email="erik@lindqvist.example")
    assert answer(erik, subscription("pg-lab"), Action.SEE_INVOICES) == "allowed"
    apply(office(clock=date(2024, 3, 21)), written(tmp_path, give_back))
    assert answer(erik, subscription("pg-lab"), Action.SEE_INVOICES) == "not found"


def test_someone_who_may_not_sign_in_holds_nothing(people: dict[str, Person]) -> None:
    """A person made inactive keeps the roles on paper only."""
    people["aa"].is_active = False
    people["aa"].save()
    assert answer(people["aa"], subscription("pg-lab"), Action.SEE_SUBSCRIPTION) == "not found"
    assert subscriptions_of(people["aa"]) == []


def invoice(number: str, kind: str, key: str, account: str) -> None:
    """An issued invoice, as far as the gate looks at it."""
    InvoiceRecord.objects.create(
        number=number,
        scope_kind=kind,
        scope_key=key,
        account_key=account,
        period_start=date(2024, 2, 1),
        period_end=date(2024, 3, 1),
        issue_date=date(2024, 3, 5),
        due_date=date(2024, 4, 4),
        issued_at=datetime(2024, 3, 5, tzinfo=UTC),
        currency="EUR",
        payable_minor=1,
        currency_decimals=2,
        total_unrounded=Decimal("0.01"),
        usage_sequence=1,
        revision=1,
        facts="{}",
        facts_digest="0" * 64,
    )


def test_an_invoice_opens_to_those_its_scope_opens_to(people: dict[str, Person]) -> None:
    """Somebody else's number and no number at all give the same sentence."""
    invoice("K-2024-000001", "billing_profile", "utrecht", "harbour")
    invoice("K-2024-000002", "subscription", "pg-lab", "lindqvist")
    assert invoice_for(people["manager"], "K-2024-000001", Action.DOWNLOAD_INVOICE).scope_key == "utrecht"
    assert invoice_for(people["aa"], "K-2024-000002", Action.DOWNLOAD_INVOICE).scope_key == "pg-lab"
    with pytest.raises(Refused):
        invoice_for(people["reader"], "K-2024-000002", Action.DOWNLOAD_INVOICE)
    said = []
    for number in ("K-2024-000002", "K-2024-000009"):
        with pytest.raises(NotFound) as raised:
            invoice_for(people["manager"], number, Action.SEE_INVOICES)
        said.append(str(raised.value.phrase).replace(number, "…"))
    assert said[0] == said[1]


def queries(work: Callable[[], object]) -> int:
    """How many queries the work takes."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        work()
    return len(captured)


def test_more_rows_cost_no_more_queries(people: dict[str, Person], office: MakeOffice, tmp_path: Path) -> None:
    """Thirty more subscriptions in a section and thirty more profiles change no number of queries."""

    def asked() -> list[int]:
        person = people["account"]
        work: list[Callable[[], object]] = [
            lambda: subscriptions_of(person),
            lambda: invoice_scopes_of(person),
            lambda: scope_for(person, profile("utrecht"), Action.SEE_INVOICES),
            lambda: scope_for(person, subscription("fio"), Action.SEE_CHARGES),
            invoice_scopes,
        ]
        return [queries(each) for each in work]

    before = asked()
    more = "".join(
        f'\n[[{SUBSCRIPTIONS}]]\nid = "s{n}"\nname = "S"\nstarted_on = 2024-02-01\n' for n in range(30)
    ) + "".join(
        f'\n[[mca_accounts.billing_profiles]]\nid = "p{n}"\nname = "P"\n\n'
        f'[[mca_accounts.billing_profiles.invoice_sections]]\nid = "x{n}"\nname = "X"\n\n'
        f'[[{SUBSCRIPTIONS}]]\nid = "t{n}"\nname = "T"\nstarted_on = 2024-02-01\n'
        for n in range(30)
    )
    apply(office(clock=date(2024, 3, 20)), written(tmp_path, EXAMPLE + MORE + more))
    give(people["account"], Role.BILLING_ACCOUNT_READER, "billing_account", "harbour")  # the file took it away
    assert asked() == before
    assert max(before) <= 10
    found: list[InvoiceScope] = invoice_scopes_of(people["account"])
    assert len(found) == 32
