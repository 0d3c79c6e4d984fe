"""The addresses of who somebody is. Only these of allauth's pages exist: nobody registers."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from django.urls import path, re_path

from kvitto.portal.directories import choose_directory
from kvitto.portal.identity import address, invitations, passwords, profile, sessions, single_sign_on

_SECOND = "profile/second-factors/"

urlpatterns = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("sign-in/closed/", account.account_inactive, name="account_inactive"),
    path("sign-in/again/", account.reauthenticate, name="account_reauthenticate"),
    path("sign-in/again/code/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("sign-in/again/passkey/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("sign-in/second-factor/", factors.authenticate, name="mfa_authenticate"),
    path("sign-in/passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("sign-in/by/<slug:provider_id>/", single_sign_on.to_issuer, name="openid_connect_login"),
    path("sign-in/by/<slug:provider_id>/answer/", single_sign_on.from_issuer, name="openid_connect_callback"),
    path("sign-in/stopped/", single_sign_on.cancelled, name="socialaccount_login_cancelled"),
    path("invitations/", invitations.invitation, name="invitation"),
    path("invitations/<str:link>/", invitations.follow_link, name="follow_link"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/first/", account.password_set, name="account_set_password"),
    path("password/forgotten/", passwords.forgotten, name="account_reset_password"),
    path("password/forgotten/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(  # as allauth has it: the first dash divides
        r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/new/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("address/<str:key>/", account.confirm_email, name="account_confirm_email"),
    path("profile/", profile.profile, name="profile"),
    path("profile/reading/", profile.choose_reading, name="choose_reading"),
    path("profile/messages/", profile.choose_messages, name="choose_messages"),
    path("profile/address/", address.change_address, name="change_address"),
    path("profile/address/prove/", address.prove_address, name="prove_address"),
    path("profile/address/keep/", address.keep_address, name="keep_address"),
    path("profile/single-sign-on/remove/", single_sign_on.unlink, name="unlink_single_sign_on"),
    path("profile/sessions/", sessions.sessions, name="usersessions_list"),
    path(_SECOND, factors.index, name="mfa_index"),
    path(f"{_SECOND}app/", app.activate_totp, name="mfa_activate_totp"),
    path(f"{_SECOND}app/remove/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path(f"{_SECOND}recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(f"{_SECOND}recovery-codes/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path(f"{_SECOND}recovery-codes.txt", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path(f"{_SECOND}passkeys/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path(f"{_SECOND}passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path(f"{_SECOND}passkeys/<int:pk>/name/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path(f"{_SECOND}passkeys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    path("directory/", choose_directory, name="choose_directory"),
]
