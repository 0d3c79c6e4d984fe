"""Every form sent in every wrong way: never a fault, never half a write, always a page that says something.

A form that is new fails here until `forms/every_form.py` holds an example of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http.cookies import SimpleCookie

import pytest
from django.http import HttpResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from kvitto.records.models import CopyRequest, InvoiceRecord, Person
from kvitto.runs.office import Office
from tests.campaign import IS_CAMPAIGN, size
from tests.mail_server import mail_server
from tests.portal.forms.every_form import Form, addresses_of_forms, browser_of, come_in, every_form
from tests.portal.forms.hostile import BODIES, TOO_MUCH, VALUES, mixtures
from tests.portal.forms.sending import LANGUAGE, Witness, state, wrong_with
from tests.portal.small_office import DISKS, LAB, PROFILE, STRANGER
from tests.portal.whole_office import OPERATOR

pytestmark = pytest.mark.database
Sent = Mapping[str, object]
Tell = Callable[[str, object], None]
_EVERY = 8
"""In the short run each form is tried with every eighth of the values, another one each time."""
DOES_IT_ANEW = frozenset(("mfa_generate_recovery_codes", "change_address"))
"""What is asked for again is done again: nothing else doubles."""
FOR_EVERYBODY = frozenset(("account_reset_password_from_key", "account_confirm_email", "follow_link"))
"""What their addresses hold is all that is needed."""


@pytest.fixture
def examples(whole: Office, settings: Settings) -> Iterator[dict[str, Form]]:
    """The forms, in an office whose people read Swedish, that sends mail, and that never says “too many attempts”."""
    settings.ACCOUNT_RATE_LIMITS = False
    settings.LANGUAGE_CODE = LANGUAGE
    with mail_server() as box:
        settings.OFFICE = replace(whole, mail=box.server, language=LANGUAGE, portal_address="http://testserver")
        Person.objects.update(language=LANGUAGE)
        yield every_form(settings.OFFICE)


def sent(form: Form, fields: Sent | None = None) -> HttpResponse:
    """The answer to the form with these fields, or its own."""
    data = form.fields if fields is None else fields
    return browser_of(form).post(form.address, data)  # type: ignore[return-value]


def test_every_form_has_an_example(examples: dict[str, Form]) -> None:
    """What answers to a form being sent is listed, and nothing else."""
    operator = come_in(Form(OPERATOR, "/", {}))
    not_found_first = {"mfa_download_recovery_codes"}  # a file of somebody's own, and no form
    assert (addresses_of_forms(operator) - not_found_first) | {"openid_connect_callback"} == set(examples)


def test_what_is_right_is_accepted(examples: dict[str, Form]) -> None:
    """The examples are no nonsense: the office's own forms do what they are for, and that is seen in the database."""
    witness, done = Witness(), set()
    for name, form in examples.items():
        with witness.watching():
            answer = sent(form)
            assert answer.status_code < 500, name
            if witness.changes():
                done.add(name)
    assert done >= {
        "choose_language", "choose_reading", "choose_messages", "invitation", "account_change_password",
        "change_address", "account_reset_password_from_key", "account_confirm_email", "keep_address", "share_invoices",
        "add_role", "remove_role", "policies", "new_request", "answer_request",
        "take_back_request", "invoice_files", "remove_download", "operator_work_out",
        "mfa_deactivate_totp", "mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_generate_recovery_codes",
    }  # fmt: skip


@pytest.mark.campaign
def test_every_field_with_everything_in_it(examples: dict[str, Form], record_property: Tell) -> None:
    """Each value in all fields at once, alone in one field, and beside the right one.

    A sample takes a few values for each form; all of them are taken by some form. The campaign tries everything.
    """
    wrong = []
    witness, forms_sent = Witness(), 0
    for turn, (name, form) in enumerate(examples.items()):
        for number, (what, value) in enumerate(VALUES.items()):
            tried = _with(value, form)
            for fields in tried if IS_CAMPAIGN else _some(tried, turn + number):
                forms_sent += 1
                with witness.watching():
                    wrong += [(name, what, list(fields), said) for said in wrong_with(sent(form, fields), witness)]
    record_property("sent", forms_sent)
    assert wrong == []


def _with(value: str, form: Form) -> list[Sent]:
    names = list(form.fields)
    alone = [{**form.fields, name: value} for name in names]
    beside = [{**form.fields, name: [value, *_list(form.fields[name]), value]} for name in names]
    return [dict.fromkeys([*names, "next", "unknown"], value), *alone, *beside]


def _some(tried: list[Sent], turn: int) -> list[Sent]:
    """One of them now and then, another one each time."""
    return [tried[(turn // _EVERY) % len(tried)]] if turn % _EVERY == 0 else []


@pytest.mark.campaign
@pytest.mark.filterwarnings(  # once in thousands of forms `random` moves on while Hypothesis draws without it
    "ignore:Do not use the .random. module:hypothesis.errors.HypothesisDeprecationWarning",
    "ignore:Generating overly large repr:hypothesis.errors.HypothesisWarning",
)
def test_fields_mixed_at_random(examples: dict[str, Form], record_property: Tell) -> None:
    """Some right, some missing, some repeated, some anything."""
    witness = Witness()
    mixed = {name: mixtures(form.fields) for name, form in examples.items() if form.fields}

    times = size(sample=2, full=100)
    record_property("sent", times * len(mixed))

    @settings(max_examples=times, suppress_health_check=list(HealthCheck))
    @given(every=st.fixed_dictionaries(mixed))
    def holds(every: dict[str, Sent]) -> None:
        for name, fields in every.items():
            with witness.watching():
                assert wrong_with(sent(examples[name], fields), witness) == [], name

    holds()


@pytest.mark.campaign
def test_bodies_that_are_no_form(examples: dict[str, Form]) -> None:
    """Another type, another encoding, broken parts, nothing at all."""
    wrong = []
    witness = Witness()
    for number, (name, form) in enumerate(examples.items()):
        for turn, (what, (kind, body)) in enumerate(BODIES.items()):
            if not IS_CAMPAIGN and (turn + number) % _EVERY:
                continue
            with witness.watching():
                answer = browser_of(form).generic("POST", form.address, body, content_type=kind or "text/plain")
                wrong += [(name, what, said) for said in wrong_with(answer, witness)]  # type: ignore[arg-type]
    assert wrong == []


@pytest.mark.campaign
def test_more_than_a_form_may_hold(examples: dict[str, Form]) -> None:
    """413, in words, and nothing of it is done."""
    witness = Witness()
    for number, (name, form) in enumerate(examples.items()):
        for turn, (what, (kind, body)) in enumerate(TOO_MUCH.items()):
            if IS_CAMPAIGN or (turn + number) % len(TOO_MUCH) == 0:
                with witness.watching():
                    answer = browser_of(form).generic("POST", form.address, body, content_type=kind)
                    assert answer.status_code in {413, 404}, (name, what)
                    assert wrong_with(answer, witness) == [], (name, what)  # type: ignore[arg-type]
                    assert not witness.changes(), (name, what)


def test_without_the_token_of_a_page_nothing_is_done(examples: dict[str, Form]) -> None:
    """A form of another site is told that it is too old."""
    witness = Witness()
    for name, form in examples.items():
        with witness.watching():
            answer = browser_of(form, enforce_csrf_checks=True).post(form.address, form.fields)
            assert answer.status_code == 403, name
            assert wrong_with(answer, witness) == [], name  # type: ignore[arg-type]
            assert not witness.changes(), name


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_sent_in_another_way_nothing_is_done(examples: dict[str, Form], method: str) -> None:
    """Opened like a page, a form shows itself or says that it cannot be opened so."""
    witness, opening = Witness(), {"account_confirm_email", "follow_link", "invitation"}
    for name, form in examples.items():
        with witness.watching():
            answer = browser_of(form).generic(method, form.address)
            assert answer.status_code < 500, name
            if method == "GET":
                assert wrong_with(answer, witness) == [], name  # type: ignore[arg-type]
            assert name in opening or not witness.changes(), name


def test_what_belongs_to_others_is_not_there(examples: dict[str, Form]) -> None:
    """Who has nothing to do with it is told what everybody is told of what does not exist, and nothing is done."""
    stranger = come_in(Form(STRANGER, "/", {})).cookies
    witness = Witness()
    for name, form in examples.items():
        if form.person and form.address.count("/") > 3 and not form.address.startswith(("/profile/", "/sign-in/")):
            with witness.watching():
                answer = sent(replace(form, cookies=stranger))
                assert answer.status_code == 404, name
                assert not witness.changes(), name


@pytest.mark.campaign
def test_names_of_others_open_nothing(examples: dict[str, Form]) -> None:
    """Numbers, ids, keys and addresses of other customers, in every field."""
    theirs = [
        DISKS, PROFILE, *InvoiceRecord.objects.exclude(scope_key=LAB).values_list("number", flat=True)[:2],
        str(CopyRequest.objects.get().pk), STRANGER, "billing-account-owner",
    ]  # fmt: skip
    wrong = []
    witness = Witness()
    for name, form in examples.items():
        for value in theirs if form.fields and (IS_CAMPAIGN or form.address.count("/") > 1) else ():
            fields = {field: value for field in form.fields if not (name == "new_request" and field == "wanted")}
            with witness.watching():
                answer = sent(form, fields)
                wrong += [(name, value, said) for said in wrong_with(answer, witness)]
                if "zip" in answer.headers["Content-Type"]:
                    wrong.append((name, value, "a file of somebody else"))
    assert wrong == []


def test_sent_twice_it_is_done_once(examples: dict[str, Form]) -> None:
    """The second time changes nothing more; what is gone by then is said in words."""
    wrong = []
    witness = Witness()
    for name, form in examples.items():
        with witness.watching():
            sent(form)
            after = state()
            answer = sent(form)
            more = [what for what, digest in state().items() if digest != after[what]]
            if answer.status_code >= 500 or (name not in DOES_IT_ANEW and more):
                wrong.append((name, answer.status_code, more))
    assert wrong == []


def test_signed_out_nothing_is_done(examples: dict[str, Form]) -> None:
    """A form that was left open is answered with the sign-in."""
    witness = Witness()
    for name, form in examples.items():
        if form.person and name not in FOR_EVERYBODY | {"choose_language"}:
            with witness.watching():
                answer = sent(replace(form, cookies=SimpleCookie()))
                assert (answer.status_code, answer.headers.get("Location", "")[:9]) == (302, "/sign-in/"), name
                assert not witness.changes(), name


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else [value]
