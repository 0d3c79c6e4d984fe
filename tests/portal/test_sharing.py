"""*Allow others to download invoice*, as a form for the Account Administrator and a sentence for the others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from kvitto.records.invoices import list_invoices
from kvitto.runs.office import Office
from tests.portal.small_office import ADMINISTRATOR, COST_READER, LAB, PROFILE, PROFILE_OWNER, READER, STRANGER

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.database
SWITCH, LIST = f"/subscriptions/{LAB}/share-invoices/", f"/subscriptions/{LAB}/invoices/"


def newest() -> str:
    """The number of the Lab's newest invoice."""
    return next(invoice.number for invoice in list_invoices() if invoice.scope.id == LAB)


def test_the_administrator_lets_others_download(office: Office, sign_in: SignIn) -> None:
    """Off at first; on opens the PDF to a reader, off closes it again. Nothing but a form is needed."""
    pdf = f"/invoices/{newest()}.pdf"
    assert sign_in(READER).get(pdf).status_code == 403
    for value, answer in (("on", 200), ("off", 403)):
        administrator = sign_in(ADMINISTRATOR)
        assert f'href="{SWITCH}"' in administrator.get(LIST).content.decode()
        done = administrator.post(SWITCH, {"value": value})
        assert (done.status_code, done.headers["Location"]) == (302, LIST)
        assert f'value="{value}" checked' in administrator.get(SWITCH).content.decode()
        assert f"It is {value}:" in administrator.get(LIST).content.decode()
        reader = sign_in(READER)
        assert reader.get(pdf).status_code == answer
        assert (pdf in reader.get(LIST).content.decode()) is (answer == 200)
        assert sign_in(COST_READER).get(pdf).status_code == 403
        assert sign_in(STRANGER).get(pdf).status_code == 404


def test_others_are_told_how_it_stands(office: Office, sign_in: SignIn) -> None:
    """Without a form, and with whom to ask."""
    page = sign_in(READER).get(LIST).content.decode()
    assert "Only the Account Administrator can turn this on. It is off." in page
    assert SWITCH not in page
    assert "Ask Anna Lindqvist (Account Administrator)." in page


@pytest.mark.parametrize(
    ("email", "answer"), [(READER, 403), (COST_READER, 403), (PROFILE_OWNER, 404), (STRANGER, 404)]
)
def test_nobody_else_turns_it(office: Office, sign_in: SignIn, email: str, answer: int) -> None:
    """Whatever role they hold."""
    assert sign_in(email).post(SWITCH, {"value": "on"}).status_code == answer
    assert 'value="off" checked' in sign_in(ADMINISTRATOR).get(SWITCH).content.decode()


def test_a_form_without_its_token_is_refused(office: Office) -> None:
    """Another site cannot turn the switch."""
    from kvitto.records.models import Person

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(Person.objects.get(email=ADMINISTRATOR))
    assert strict.post(SWITCH, {"value": "on"}).status_code == 403
    assert 'value="off" checked' in strict.get(SWITCH).content.decode()


def test_it_has_no_other_value(office: Office, sign_in: SignIn) -> None:
    """A form that was tampered with changes nothing."""
    assert sign_in(ADMINISTRATOR).post(SWITCH, {"value": "maybe"}).status_code == 409


def test_a_billing_profile_has_no_such_switch(office: Office, sign_in: SignIn) -> None:
    """Under a Customer Agreement roles alone decide."""
    page = sign_in(PROFILE_OWNER).get(f"/billing-profiles/{PROFILE}/invoices/").content.decode()
    assert "Allow others to download invoice" not in page
