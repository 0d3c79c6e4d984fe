"""Somebody changed their address: agreements files that say the old one still mean them, and erasing forgets both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from kvitto.records.addresses import change_address, is_proved, renamed_addresses
from kvitto.records.audit import Door
from kvitto.records.models import AgreementRecord, FormerAddress, Person, RoleAssignment, SignInLink
from kvitto.records.people import person_called
from kvitto.runs.apply_agreements import apply
from kvitto.runs.erase_person import erase_person
from kvitto.runs.export_agreements import export
from kvitto.runs.let_in import invite
from kvitto.runs.office import Office
from tests.runs.offices import AGREEMENTS, written

pytestmark = [pytest.mark.database, pytest.mark.django_db]
ANNA, BO, NEW = "anna@daugava.example", "bo@daugava.example", "anna.new@daugava.example"


@pytest.fixture
def spring(office: Callable[..., Office]) -> Office:
    """An office in which Anna administers an account, and changed her address since."""
    made = office(clock=date(2024, 2, 1))
    apply(made, written(made, "agreements.toml", AGREEMENTS))
    assert change_address(Person.objects.get(email=ANNA), NEW.title(), made.now(), Door.PORTAL, is_proved=True)
    return made


def test_the_same_file_still_means_the_same_person(spring: Office) -> None:
    """Nobody is made anew, and no role is given or taken."""
    before = set(RoleAssignment.objects.values_list("person_id", "role", "superseded_in"))
    apply(spring, written(spring, "agreements.toml", AGREEMENTS))
    assert not Person.objects.filter(email=ANNA).exists()
    assert set(RoleAssignment.objects.values_list("person_id", "role", "superseded_in")) == before
    assert not apply(spring, written(spring, "agreements.toml", AGREEMENTS)).changes_anything
    assert person_called(ANNA) == person_called(NEW)


def test_a_file_with_the_new_address_means_them_too(spring: Office) -> None:
    """As the export writes it, before and after the old file was applied once more."""
    for _ in range(2):
        text = export(spring).text
        assert NEW in text
        apply(spring, written(spring, "exported.toml", text))
        assert not Person.objects.filter(email=ANNA).exists()
        apply(spring, written(spring, "agreements.toml", AGREEMENTS))
    assert not apply(spring, written(spring, "exported.toml", export(spring).text)).changes_anything


def test_an_address_that_is_somebodys_again_is_theirs(spring: Office) -> None:
    """A newcomer with the former address is not taken for who had it."""
    Person.objects.create_user(ANNA, name="Another Anna")
    assert ANNA not in renamed_addresses()
    assert person_called(ANNA).name == "Another Anna"


def test_an_address_of_somebody_else_is_not_given(spring: Office) -> None:
    """Whatever its case; and nothing is changed."""
    anna = Person.objects.get(email=NEW)
    assert not change_address(anna, BO.upper(), spring.now(), Door.PORTAL, is_proved=True)
    anna.refresh_from_db()
    assert (anna.email, is_proved(anna)) == (NEW, True)


def test_changing_back_leaves_no_trace(spring: Office) -> None:
    """The address is no former one any longer."""
    anna = Person.objects.get(email=NEW)
    assert change_address(anna, ANNA, spring.now(), Door.PORTAL, is_proved=False)
    assert [one.address for one in FormerAddress.objects.all()] == [NEW]
    assert not is_proved(anna)


def test_erasing_forgets_addresses_factors_links_and_single_sign_on(spring: Office) -> None:
    """All of them, and what was chosen."""
    anna = Person.objects.get(email=NEW)
    Person.objects.filter(pk=anna.pk).update(preferences={"messages": ["past-due"]}, last_scope="subscription lab")
    Authenticator.objects.create(user=anna, type=Authenticator.Type.TOTP, data={"secret": "x"})
    SocialAccount.objects.create(user=anna, provider="sso", uid="1")
    invite(spring, anna)
    erase_person(spring, NEW, even_if_last=True)
    for model in (EmailAddress, Authenticator, SocialAccount):
        assert not model.objects.filter(user=anna).exists()
    assert not FormerAddress.objects.exists()
    assert not SignInLink.objects.exists()
    anna.refresh_from_db()
    assert (anna.preferences, anna.last_scope) == ({}, "")
    kept = " ".join(str(row) for row in AgreementRecord.objects.values_list("facts", flat=True))
    assert ANNA not in kept
    assert NEW not in kept
