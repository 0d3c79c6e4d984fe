"""Every form of the portal once, as somebody would send it, and every address that can be opened.

Which addresses take a form is asked of the pages themselves (`addresses_of_forms`), so a new one cannot be forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from http.cookies import SimpleCookie
from urllib.parse import quote

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.periods import midnight
from kvitto.records.addresses import want_address
from kvitto.records.models import CopyRequest, Person
from kvitto.records.sign_in_links import Purpose, make_link
from kvitto.runs.jobs.checks import ask_for_check
from kvitto.runs.jobs.job import CHECK_STORE
from kvitto.runs.jobs.usage_file import ask_for_usage_file
from kvitto.runs.office import Office
from tests.portal.identity.passkeys import add_passkey
from tests.portal.small_office import ADMINISTRATOR, CREDIT, LAB, PASSWORD, PROFILE, PROFILE_OWNER, READER
from tests.portal.whole_office import DAG, EDDA, KIM, OLOF, OPERATOR, PIA, SIGNE, newest

NOBODY = ""
NEW_PASSWORD = "eleven calm harbours"
OWN = {
    "subscriptions": (ADMINISTRATOR, LAB),
    "billing-profiles": (PROFILE_OWNER, PROFILE),
    "billing-accounts": (EDDA, "works"),
    "invoice-sections": (PROFILE_OWNER, "storage"),
    "departments": (DAG, "research"),
    "enrollment-accounts": (OLOF, "laboratory"),
    "customers": (PIA, "bakery"),
    "account-center": (ADMINISTRATOR, LAB),
    "partner-center": (PIA, "bakery"),
    "operator": (OPERATOR, ""),
}
"""Who opens which scope, by the first part of its addresses; everywhere else it is the Lab's administrator."""

Fields = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Form:
    """Who sends what where; `session`: what earlier pages remembered."""

    person: str
    address: str
    fields: Fields
    session: Mapping[str, object] = field(default_factory=dict)
    cookies: SimpleCookie = field(default_factory=SimpleCookie)


@dataclass(frozen=True)
class Address:
    """One address of the portal, with an example for each part that varies."""

    name: str
    pattern: str
    person: str
    parts: Mapping[str, str]

    def filled(self, **instead: str) -> str:
        """The address; some parts may be others than in the example."""
        values = {**self.parts, **instead}
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: quote(values[found[1]], safe=""), self.pattern)


def every_address() -> list[Address]:
    """All that the office answers."""
    return [_example(pattern) for pattern in _patterns(get_resolver().url_patterns)]


def addresses_of_forms(asker: Form) -> set[str]:
    """The names of the addresses to which something may be sent: all that do not answer "not in this way"."""
    found = set()
    for one in every_address():
        with transaction.atomic():
            if browser_of(asker).post(one.filled()).status_code != HTTPStatus.METHOD_NOT_ALLOWED:
                found.add(one.name)
            transaction.set_rollback(True)
    return found


def browser_of(form: Form, *, enforce_csrf_checks: bool = False) -> Client:
    """The browser of the one who sends the form, as it stands before the form is sent."""
    client = Client(enforce_csrf_checks, raise_request_exception=False, headers={"accept-language": "sv"})
    client.cookies.load(form.cookies.output(header="", sep=";"))
    return client


def come_in(form: Form) -> Form:
    """The form in the browser of the one who sends it, who just showed that it is them."""
    client = Client()
    if form.person:
        client.force_login(Person.objects.get(email=form.person))
        client.post("/sign-in/again/", {"password": PASSWORD})
    session = client.session
    session.update(form.session)
    session.save()
    if not form.person:
        client.cookies["sessionid"] = str(session.session_key)
    return replace(form, cookies=SimpleCookie({name: one.value for name, one in client.cookies.items()}))


def every_form(office: Office) -> dict[str, Form]:
    """An example of each, by the name of its address; what some of them need is made."""
    signe, erik, anna, kim = (Person.objects.get(email=email) for email in (SIGNE, READER, ADMINISTRATOR, KIM))
    TOTP.activate(signe, generate_totp_secret())
    RecoveryCodes.activate(signe)
    passkey = add_passkey(signe, "Phone").pk
    request = f"/requests/{CopyRequest.objects.get().pk}/"
    day = midnight(office.today()).date().replace(month=2, day=5)
    file = f"/downloads/{ask_for_usage_file(office, anna, Scope(ScopeKind.SUBSCRIPTION, LAB), day).pk}/"
    ask_for_check(office, Person.objects.get(email=OPERATOR), CHECK_STORE)
    link = make_link(kim, Purpose.INVITATION, office.now(), is_mailed=False)
    proof = EmailConfirmationHMAC(want_address(erik, "erik.holm@nordlys.example")).key
    forgotten = {"_password_reset_key": default_token_generator.make_token(kim)}
    two_passwords = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    owner = {"to": READER, "role": "billing-profile-reader"}
    turned = {"policy": "account-owners-view-charges", "value": "NotAllowed", "was": "Allowed", "sure": "yes"}
    factors, passkeys = "/profile/second-factors/", f"/profile/second-factors/passkeys/{passkey}/"
    found = {
        "choose_language": Form(ADMINISTRATOR, "/language/", {"language": "nl", "next": "/profile/"}),
        "choose_directory": Form(ADMINISTRATOR, "/directory/", {"directory": "", "next": "/invoices/"}),
        "account_login": Form(NOBODY, "/sign-in/", {"login": ADMINISTRATOR, "password": PASSWORD, "next": "/"}),
        "account_logout": Form(ADMINISTRATOR, "/sign-out/", {"next": "/sign-in/"}),
        "account_reauthenticate": Form(ADMINISTRATOR, "/sign-in/again/", {"password": PASSWORD, "next": "/profile/"}),
        "mfa_reauthenticate": Form(SIGNE, "/sign-in/again/code/", {"code": "123456", "next": "/profile/"}),
        "mfa_reauthenticate_webauthn": Form(ADMINISTRATOR, "/sign-in/again/passkey/", {"credential": "{}"}),
        "mfa_authenticate": Form(NOBODY, "/sign-in/second-factor/", {"code": "123456", "credential": "{}"}),
        "mfa_login_webauthn": Form(NOBODY, "/sign-in/passkey/", {"credential": "{}"}),
        "openid_connect_callback": Form(NOBODY, "/sign-in/by/office/answer/", {"code": "x", "state": "y"}),
        "socialaccount_login_cancelled": Form(NOBODY, "/sign-in/stopped/", {"next": "/"}),
        "invitation": Form(NOBODY, "/invitations/", two_passwords, {"sign-in-link": link}),
        "follow_link": Form(NOBODY, f"/invitations/{link}/", {}),
        "account_change_password": Form(ADMINISTRATOR, "/password/", {"oldpassword": PASSWORD, **two_passwords}),
        "account_set_password": Form(ADMINISTRATOR, "/password/first/", two_passwords),
        "account_reset_password": Form(NOBODY, "/password/forgotten/", {"email": READER}),
        "account_reset_password_from_key": Form(
            NOBODY, f"/password/new/{user_pk_to_url_str(kim)}-set-password/", two_passwords, forgotten
        ),
        "account_confirm_email": Form(READER, f"/address/{proof}/", {"action_add": "on"}),
        "profile": Form(ADMINISTRATOR, "/profile/", {}),
        "choose_reading": Form(ADMINISTRATOR, "/profile/reading/", {"language": "lv", "time_zone": "Europe/Riga"}),
        "choose_messages": Form(ADMINISTRATOR, "/profile/messages/", {"kinds": ["invoice", "past-due"]}),
        "change_address": Form(ADMINISTRATOR, "/profile/address/", {"email": "anna.lindqvist@nordlys.example"}),
        "prove_address": Form(READER, "/profile/address/prove/", {}),
        "keep_address": Form(READER, "/profile/address/keep/", {}),
        "unlink_single_sign_on": Form(ADMINISTRATOR, "/profile/single-sign-on/remove/", {}),
        "usersessions_list": Form(ADMINISTRATOR, "/profile/sessions/", {}),
        "mfa_activate_totp": Form(
            ADMINISTRATOR, f"{factors}app/", {"code": "123456"}, {"mfa.totp.secret": generate_totp_secret()}
        ),
        "mfa_deactivate_totp": Form(SIGNE, f"{factors}app/remove/", {}),
        "mfa_generate_recovery_codes": Form(SIGNE, f"{factors}recovery-codes/new/", {}),
        "mfa_add_webauthn": Form(
            ADMINISTRATOR, f"{factors}passkeys/add/", {"name": "Key", "passwordless": "on", "credential": "{}"}
        ),
        "mfa_edit_webauthn": Form(SIGNE, f"{passkeys}name/", {"name": "Old phone"}),
        "mfa_remove_webauthn": Form(SIGNE, f"{passkeys}remove/", {}),
        "share_invoices": Form(ADMINISTRATOR, f"/subscriptions/{LAB}/share-invoices/", {"value": "on"}),
        "change_spending_limit": Form(
            ADMINISTRATOR, f"/subscriptions/{CREDIT}/spending-limit/", {"value": "indefinitely"}
        ),
        "add_role": Form(PROFILE_OWNER, f"/billing-profiles/{PROFILE}/access/add/", owner),
        "remove_role": Form(ADMINISTRATOR, f"/subscriptions/{LAB}/access/remove/", {"to": READER, "role": "reader"}),
        "elevate": Form(EDDA, "/billing-accounts/works/access/elevate/", {}),
        "policies": Form(EDDA, "/billing-accounts/works/policies/", turned),
        "new_request": Form(READER, "/requests/new/", {"wanted": newest(PROFILE), "message": "For the audit."}),
        "answer_request": Form(
            ADMINISTRATOR, f"{request}answer/", {"answer": "grant", "switch": "on", "role": "reader", "words": "Here."}
        ),
        "take_back_request": Form(READER, f"{request}take-back/", {}),
        "invoice_files": Form(ADMINISTRATOR, "/downloads/invoices/", {"number": [newest(LAB)], "usage": "on"}),
        "remove_download": Form(ADMINISTRATOR, f"{file}remove/", {}),
        "prepare_again": Form(ADMINISTRATOR, f"{file}again/", {}),
        "operator_work_out": Form(OPERATOR, "/operator/due/work-out/", {}),
        "operator_close": Form(OPERATOR, "/operator/close/", {"known": "2-19"}),
        "operator_check": Form(OPERATOR, f"/operator/check/{CHECK_STORE}/", {}),
    }
    found |= {one.name: Form(one.person, one.filled(), {}) for one in every_address() if one.name.endswith("_prepare")}
    return {name: come_in(form) for name, form in found.items()}


def _patterns(patterns: Sequence[object], before: str = "") -> Iterator[tuple[str, str]]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _patterns(one.url_patterns, f"{before}{one.pattern}")
        elif isinstance(one, URLPattern):
            yield str(one.name), f"{before}{one.pattern}"


def _example(named: tuple[str, str]) -> Address:
    name, pattern = named
    if pattern.startswith("^"):  # allauth's, by a regular expression
        return Address(name, "password/new/<uidb36>-<key>/", NOBODY, {"uidb36": "1", "key": "set-password"})
    pattern = pattern.replace("<kind_of_scope:kind>", "billing-profiles")
    person, scope = OWN.get(pattern.partition("/")[0], (ADMINISTRATOR, LAB))
    parts = dict.fromkeys(re.findall(r"<\w+:(\w+)>", pattern), "1")
    parts |= {"id": scope, "number": newest(LAB), "first_day": "2024-02-05", "day": "2024-02-05"}
    if scope != LAB:
        parts["day"] = parts["first_day"] = "2024-02-01"
    parts |= {"request": "11111111-1111-1111-1111-111111111111"}
    if "<uuid:" in pattern:
        parts |= {"id": parts["request"], "key": parts["request"]}
    return Address(name, pattern, person, parts)
