"""Erasing a person: nothing tells who they were, the audit trail stays whole, and no account is left without owner."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import serializers
from django.db import connection, models
from django.test import Client

from kvitto.errors import UnableTo
from kvitto.records.audit_check import verify
from kvitto.records.invoices import list_invoices, load
from kvitto.records.models import AuditEntry, Group, InvoiceRecord, Person, RoleAssignment
from kvitto.records.people import UnknownPerson, known_people
from kvitto.runs.apply_agreements import apply
from kvitto.runs.erase_person import UnableToErase, erase_person
from kvitto.runs.export_agreements import export
from kvitto.runs.invoice_life.rebill import rebill
from kvitto.runs.make_documents import invoice_pdf
from kvitto.runs.office import Office
from kvitto.runs.statement import statement_of
from tests.runs.offices import AGREEMENTS, FIRST_CLOSE, at, made_and_closed, written

pytestmark = [pytest.mark.database, pytest.mark.django_db]
ANNA, BO = "anna@daugava.example", "bo@daugava.example"


@pytest.fixture
def spring(office: Callable[..., Office]) -> Office:
    """An office in which Anna administers an account alone, and Bo reads bills."""
    early = office(clock=date(2024, 2, 1))
    apply(early, written(early, "agreements.toml", AGREEMENTS))
    return at(early, date(2024, 3, 1))


def everything() -> str:
    """All that the database holds, as text."""
    kinds: list[type[models.Model]] = list(apps.get_models())
    return "".join(serializers.serialize("json", kind._default_manager.all()) for kind in kinds)  # noqa: SLF001 - Django's own


def test_nothing_in_the_database_tells_who_it_was(spring: Office, client: Client) -> None:
    """Name, address, password, sessions, the sign-in library's rows and memberships are gone; the random id stays."""
    bo = Person.objects.get(email=BO)
    EmailAddress.objects.create(user=bo, email=BO)
    Group.objects.create(key="readers", name="Readers").members.add(bo)
    client.force_login(bo)
    assert Session.objects.count() == 1
    erased = erase_person(spring, " Bo@Daugava.example")
    assert erased.id == str(bo.id)
    assert erased.roles_ended == 1
    assert Session.objects.count() == 0
    for trace in (BO, "Bo Billing", bo.password):
        assert trace not in everything()
    left = Person.objects.get(pk=bo.pk)
    assert not left.is_active
    assert not left.has_usable_password()
    assert Group.objects.get().members.count() == 0
    assert BO not in [person.email for person in known_people()]


def whole_database() -> str:
    """Every row of every table, as the database itself gives it, but for what stands on issued invoices."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - {InvoiceRecord._meta.db_table}  # noqa: SLF001 - Django's documented API
        rows = []
        for table in sorted(tables):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += cursor.fetchall()
    return repr(rows)


def test_an_account_administrator_is_named_by_no_agreement_any_more(spring: Office) -> None:
    """Neither as administrator nor as contact, in any version; who it was is told by the role, under the random id."""
    contact = AGREEMENTS.replace('country = "LV"', f'country = "LV"\nemail = "{ANNA}"')
    apply(spring, written(spring, "contact.toml", contact))
    assert whole_database().count(ANNA) > 4
    erased = erase_person(spring, ANNA, even_if_last=True)
    told = whole_database().lower()
    assert [trace for trace in (ANNA, "anna ozola") if trace in told] == []
    administered = RoleAssignment.objects.filter(role="account-administrator", scope_key="daugava", superseded_in=None)
    assert [str(role.person_id) for role in administered] == [erased.id]
    text = export(spring).text
    assert [trace for trace in (ANNA, "erased.invalid") if trace in text] == []
    with pytest.raises(UnableTo, match=r"administrator is missing"):
        apply(spring, written(spring, "exported.toml", text))


def test_an_issued_invoice_keeps_the_administrator_it_names(office: Callable[..., Office]) -> None:
    """The law asks for it as it was; the next one names nobody, and both have their files."""
    closed = made_and_closed(office(FIRST_CLOSE))
    erase_person(closed, ANNA, even_if_last=True)
    assert ANNA not in whole_database()
    first = next(one.number for one in list_invoices() if one.scope.id == "lab")
    assert load(first).account_administrator == ANNA
    assert invoice_pdf(closed, first)
    replacement = rebill(closed, first).replacement
    assert load(replacement.number).account_administrator == ""


def test_roles_end_and_stay_on_record_under_the_random_id(spring: Office) -> None:
    """From today nobody holds the role; that somebody did until today is still known."""
    person = Person.objects.get(email=BO)
    erase_person(spring, BO)
    (role,) = RoleAssignment.objects.filter(superseded_in=None, person=person)
    assert (role.valid_from, role.valid_to) == (date(2024, 2, 1), date(2024, 3, 1))
    noted = AuditEntry.objects.filter(action__in=("role.withdraw", "person.erase")).order_by("number")
    assert [json.loads(entry.facts)["person"] for entry in noted] == [str(person.id)] * 2
    assert verify().faults == ()


def test_the_last_administrator_of_an_account_is_not_erased_by_mistake(spring: Office) -> None:
    """The refusal names the account; somebody else in that role, or a word, lets it happen."""
    with pytest.raises(UnableToErase, match=r"last owner or administrator of daugava.*--even-if-last"):
        erase_person(spring, ANNA)
    assert Person.objects.get(email=ANNA).is_active
    other = Person.objects.get(email=BO)
    mine = RoleAssignment.objects.get(person__email=ANNA, role="account-administrator", superseded_in=None)
    RoleAssignment.objects.create(
        person=other, role=mine.role, scope_kind=mine.scope_kind, scope_key=mine.scope_key,
        valid_from=mine.valid_from, recorded_in=mine.recorded_in,
    )  # fmt: skip
    erase_person(spring, ANNA)
    with pytest.raises(UnableToErase):
        erase_person(spring, BO)
    erase_person(spring, BO, even_if_last=True)


def test_an_erased_person_is_unknown(spring: Office) -> None:
    """Asked a second time, there is nobody; nor under the placeholder."""
    erase_person(spring, BO)
    for address in (BO, f"{Person.objects.get(email__endswith='@erased.invalid').pk}@erased.invalid"):
        with pytest.raises(UnknownPerson):
            erase_person(spring, address)
        with pytest.raises(UnknownPerson):
            statement_of(spring, "lab", address)


def test_a_file_that_still_names_the_address_makes_a_new_person(spring: Office) -> None:
    """With a new id and the roles of the file; the old one stays erased."""
    old = Person.objects.get(email=BO)
    erase_person(spring, BO)
    apply(spring, spring.home / "agreements.toml")
    new = Person.objects.get(email=BO)
    assert new.pk != old.pk
    assert new.role_assignments.filter(superseded_in=None, valid_to=None).count() == 1
    assert old.role_assignments.filter(superseded_in=None, valid_to=None).count() == 0
