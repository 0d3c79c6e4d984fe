"""Every page of the portal once: who opens which address in the whole office. `test_languages.py` guards the list.

An address may hold, in braces, what `stage` gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from kvitto.records.models import CopyRequest, Person
from kvitto.records.sign_in_links import Purpose, make_link
from kvitto.runs.jobs.checks import ask_for_check
from kvitto.runs.jobs.job import CHECK_STORE
from kvitto.runs.office import Office
from tests.portal.identity.passkeys import add_passkey
from tests.portal.small_office import ADMINISTRATOR, COST_READER, CREDIT, LAB, PASSWORD, PROFILE, PROFILE_OWNER, READER
from tests.portal.whole_office import DAG, EDDA, OLOF, OPERATOR, PIA, SIGNE, newest

NOBODY = ""
"""Somebody who has not signed in."""

PAGES: Mapping[str, tuple[str, str]] = {
    "home": (ADMINISTRATOR, "/"),
    "search": (ADMINISTRATOR, "/search/?q=a"),
    "billing_scopes": (PROFILE_OWNER, "/billing/"),
    "subscriptions": (ADMINISTRATOR, "/subscriptions/"),
    "subscription_overview": (ADMINISTRATOR, f"/subscriptions/{LAB}/"),
    "subscription_invoices": (ADMINISTRATOR, f"/subscriptions/{LAB}/invoices/"),
    "subscription_usage": (ADMINISTRATOR, f"/subscriptions/{LAB}/usage/"),
    "subscription_period": (ADMINISTRATOR, f"/subscriptions/{LAB}/periods/2024-03-05/"),
    "subscription_credits": (ADMINISTRATOR, f"/subscriptions/{CREDIT}/credits/"),
    "share_invoices": (ADMINISTRATOR, f"/subscriptions/{LAB}/share-invoices/"),
    "all_invoices": (PROFILE_OWNER, "/invoices/"),
    "invoice": (ADMINISTRATOR, "/invoices/{number}/"),
    "who_sees_invoice": (ADMINISTRATOR, "/invoices/{number}/who-can-see/"),
    "profile_invoices": (PROFILE_OWNER, f"/billing-profiles/{PROFILE}/invoices/"),
    "account_invoices": (EDDA, "/billing-accounts/works/invoices/"),
    "billing_profile_overview": (PROFILE_OWNER, f"/billing-profiles/{PROFILE}/"),
    "billing_profile_properties": (PROFILE_OWNER, f"/billing-profiles/{PROFILE}/properties/"),
    "billing_profile_sections": (PROFILE_OWNER, f"/billing-profiles/{PROFILE}/sections/"),
    "billing_profile_usage": (PROFILE_OWNER, f"/billing-profiles/{PROFILE}/usage/"),
    "billing_profile_period": (PROFILE_OWNER, f"/billing-profiles/{PROFILE}/periods/2024-02-01/"),
    "billing_profile_transactions": (PROFILE_OWNER, f"/billing-profiles/{PROFILE}/transactions/"),
    "billing_profile_statement": (PROFILE_OWNER, f"/billing-profiles/{PROFILE}/statement/"),
    "billing_profile_credits": (PROFILE_OWNER, f"/billing-profiles/{PROFILE}/credits/"),
    "billing_profile_customers": (PIA, "/billing-profiles/riga-usd/customers/"),
    "invoice_section_overview": (PROFILE_OWNER, "/invoice-sections/storage/"),
    "invoice_section_properties": (PROFILE_OWNER, "/invoice-sections/storage/properties/"),
    "invoice_section_usage": (PROFILE_OWNER, "/invoice-sections/storage/usage/"),
    "invoice_section_period": (PROFILE_OWNER, "/invoice-sections/storage/periods/2024-02-01/"),
    "billing_account_overview": (EDDA, "/billing-accounts/works/"),
    "billing_account_properties": (EDDA, "/billing-accounts/works/properties/"),
    "billing_account_departments": (EDDA, "/billing-accounts/works/departments/"),
    "billing_account_accounts": (EDDA, "/billing-accounts/works/accounts/"),
    "billing_account_profiles": (PIA, "/billing-accounts/riga/profiles/"),
    "billing_account_usage": (EDDA, "/billing-accounts/works/usage/"),
    "billing_account_period": (EDDA, "/billing-accounts/works/periods/2024-02-01/"),
    "billing_account_usage_and_charges": (EDDA, "/billing-accounts/works/usage-and-charges/"),
    "billing_account_statement": (EDDA, "/billing-accounts/works/statement/"),
    "billing_account_credits": (EDDA, "/billing-accounts/works/credits/"),
    "billing_account_transactions": (PIA, "/billing-accounts/riga/transactions/"),
    "department_overview": (DAG, "/departments/research/"),
    "department_properties": (DAG, "/departments/research/properties/"),
    "department_accounts": (DAG, "/departments/research/accounts/"),
    "department_usage": (DAG, "/departments/research/usage/"),
    "department_period": (DAG, "/departments/research/periods/2024-02-01/"),
    "department_usage_and_charges": (DAG, "/departments/research/usage-and-charges/"),
    "enrollment_account_overview": (OLOF, "/enrollment-accounts/laboratory/"),
    "enrollment_account_properties": (EDDA, "/enrollment-accounts/laboratory/properties/"),
    "enrollment_account_usage": (OLOF, "/enrollment-accounts/laboratory/usage/"),
    "enrollment_account_period": (OLOF, "/enrollment-accounts/laboratory/periods/2024-02-01/"),
    "enrollment_account_usage_and_charges": (OLOF, "/enrollment-accounts/laboratory/usage-and-charges/"),
    "customer_overview": (PIA, "/customers/bakery/"),
    "customer_properties": (PIA, "/customers/bakery/properties/"),
    "customer_usage": (PIA, "/customers/bakery/usage/"),
    "customer_period": (PIA, "/customers/bakery/periods/2024-02-01/"),
    "partner_center": (PIA, "/partner-center/"),
    "partner_invoices": (PIA, "/partner-center/invoices/"),
    "partner_customer": (PIA, "/partner-center/customers/bakery/"),
    "account_center": (ADMINISTRATOR, "/account-center/"),
    "account_center_history": (ADMINISTRATOR, f"/account-center/{LAB}/"),
    "account_center_statement": (ADMINISTRATOR, f"/account-center/{LAB}/statement/"),
    "access_control": (PROFILE_OWNER, f"/billing-profiles/{PROFILE}/access/"),
    "add_role": (PROFILE_OWNER, f"/billing-profiles/{PROFILE}/access/add/"),
    "remove_role": (
        PROFILE_OWNER,
        f"/billing-profiles/{PROFILE}/access/remove/?to={PROFILE_OWNER}&role=billing-profile-owner",
    ),
    "policies": (EDDA, "/billing-accounts/works/policies/"),
    "requests": (ADMINISTRATOR, "/requests/"),
    "new_request": (READER, "/requests/new/"),
    "one_request": (ADMINISTRATOR, "/requests/{request}/"),
    "downloads": (ADMINISTRATOR, "/downloads/"),
    "profile": (ADMINISTRATOR, "/profile/"),
    "change_address": (ADMINISTRATOR, "/profile/address/"),
    "usersessions_list": (ADMINISTRATOR, "/profile/sessions/"),
    "mfa_index": (SIGNE, "/profile/second-factors/"),
    "mfa_activate_totp": (ADMINISTRATOR, "/profile/second-factors/app/"),
    "mfa_deactivate_totp": (SIGNE, "/profile/second-factors/app/remove/"),
    "mfa_view_recovery_codes": (SIGNE, "/profile/second-factors/recovery-codes/"),
    "mfa_generate_recovery_codes": (SIGNE, "/profile/second-factors/recovery-codes/new/"),
    "mfa_list_webauthn": (SIGNE, "/profile/second-factors/passkeys/"),
    "mfa_add_webauthn": (ADMINISTRATOR, "/profile/second-factors/passkeys/add/"),
    "mfa_edit_webauthn": (SIGNE, "/profile/second-factors/passkeys/{passkey}/name/"),
    "mfa_remove_webauthn": (SIGNE, "/profile/second-factors/passkeys/{passkey}/remove/"),
    "account_change_password": (ADMINISTRATOR, "/password/"),
    "account_logout": (ADMINISTRATOR, "/sign-out/"),
    "account_reauthenticate": (ADMINISTRATOR, "/sign-in/again/"),
    "mfa_reauthenticate": (SIGNE, "/sign-in/again/code/"),
    "account_login": (NOBODY, "/sign-in/"),
    "account_inactive": (NOBODY, "/sign-in/closed/"),
    "account_reset_password": (NOBODY, "/password/forgotten/"),
    "account_reset_password_done": (NOBODY, "/password/forgotten/sent/"),
    "account_reset_password_from_key": (NOBODY, "/password/new/1-nothing/"),
    "account_reset_password_from_key_done": (NOBODY, "/password/new/"),
    "account_confirm_email": (NOBODY, "/address/nothing/"),
    "follow_link": (NOBODY, "/invitations/{link}/"),
    "operator": (OPERATOR, "/operator/"),
    "operator_imports": (OPERATOR, "/operator/imports/"),
    "operator_refused": (OPERATOR, "/operator/refused/"),
    "operator_unpriced": (OPERATOR, "/operator/unpriced/"),
    "operator_due": (OPERATOR, "/operator/due/"),
    "operator_close": (OPERATOR, "/operator/close/"),
    "operator_job": (OPERATOR, "/operator/jobs/{job}/"),
    "operator_sign_ins": (OPERATOR, "/operator/sign-ins/"),
    "operator_kept": (OPERATOR, "/operator/kept/"),
}
"""One example of each page, by the name of its address."""

NO_PAGE = frozenset((
    "healthz", "choose_language", "choose_directory", "choose_reading", "choose_messages", "prove_address",
    "keep_address", "unlink_single_sign_on", "openid_connect_login", "openid_connect_callback", "answer_request",
    "take_back_request", "prepare_again", "remove_download", "invoice_files", "operator_work_out", "operator_check",
    "mfa_login_webauthn", "change_spending_limit", "socialaccount_login_cancelled",
))  # fmt: skip
"""Forms that lead on to a page, and answers to programs."""

FILES = ("_csv", "_prepare", "_file", "_pdf", "_document", "_reconciliation")
FURTHER_FILES = frozenset((
    "invoice_usage", "shown_pdf", "mfa_download_recovery_codes", "partner_usage", "partner_customer_usage",
))  # fmt: skip

ELSEWHERE: Mapping[str, str] = {
    "invitation": "where a link has led; `follow_link`",
    "mfa_authenticate": "between password and code; `identity/test_second_factors.py`",
    "mfa_reauthenticate_webauthn": "with a passkey of a real device; `identity/test_in_browser.py`",
    "account_set_password": "for who came by single sign-on alone; `identity/test_single_sign_on.py`",
    "elevate": "for a directory's Global Administrator; `access/test_roles.py`",
}
"""Pages that need a story before them."""


def names(patterns: object = None) -> Iterator[str]:
    """The names of all addresses that the office answers."""
    for one in get_resolver().url_patterns if patterns is None else patterns:  # type: ignore[attr-defined]
        if isinstance(one, URLResolver):
            yield from names(one.url_patterns)
        elif isinstance(one, URLPattern) and one.name:
            yield one.name


def is_file(name: str) -> bool:
    """True of what is saved rather than read."""
    return name.endswith(FILES) or name in FURTHER_FILES


def stage(office: Office) -> dict[str, str]:
    """What some pages need to be opened: numbers and keys by their names in addresses."""
    cache.clear()
    signe, olga = Person.objects.get(email=SIGNE), Person.objects.get(email=OPERATOR)
    TOTP.activate(signe, generate_totp_secret())
    RecoveryCodes.activate(signe)
    passkey = add_passkey(signe, "Phone")
    link = make_link(Person.objects.get(email=COST_READER), Purpose.INVITATION, office.now(), is_mailed=False)
    return {
        "number": newest(LAB),
        "request": str(CopyRequest.objects.get().pk),
        "passkey": str(passkey.pk),
        "job": str(ask_for_check(office, olga, CHECK_STORE).pk),
        "link": link,
    }


def come_in(email: str, language: str = "en") -> Client:
    """A browser of this person, who just showed that it is them."""
    client = Client(headers={"Accept-Language": language})
    if email:
        client.force_login(Person.objects.get(email=email))
        client.post("/sign-in/again/", {"password": PASSWORD})
    return client
