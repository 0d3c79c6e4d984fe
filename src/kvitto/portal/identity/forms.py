"""The forms of signing in that are not quite allauth's."""

from __future__ import annotations

from json import JSONDecodeError, JSONDecoder
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.fields import EmailField
from allauth.account.forms import PasswordField, PasswordVerificationMixin, ResetPasswordForm, SetPasswordField
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext

from kvitto.portal.identity.audited import forgot_password, second_factor_failed
from kvitto.records.models import Person
from kvitto.runs.let_in import PERSON


class ForgottenPassword(ResetPasswordForm):  # type: ignore[misc]  # allauth has no types
    """An address to send a link to: only the one a person signs in with, never one they merely asked to change to."""

    def clean_email(self) -> str:
        """Whether anybody has it is not told; mail goes to the address as the office has it."""
        email = str(self.cleaned_data["email"]).lower()
        self.users = list(Person.objects.filter(email=email, is_active=True, kind=PERSON))
        return email

    def save(self, request: HttpRequest, **options: Any) -> str:
        """Send the link, if anybody has the address; noted either way."""
        forgot_password(self.users[0] if self.users else None, self.cleaned_data["email"])
        return str(super().save(request, **options))


class NewPassword(PasswordVerificationMixin, forms.Form):  # type: ignore[misc]  # allauth has no types
    """A first password, typed twice and checked against the person."""

    password1 = SetPasswordField(label="")
    password2 = PasswordField(label="", autocomplete="new-password")

    def __init__(self, person: Person, *args: Any, **options: Any) -> None:
        self.user = person
        super().__init__(*args, **options)
        self.fields["password1"].user = person  # type: ignore[attr-defined]  # allauth's own field


class NewAddress(forms.Form):
    """The address somebody wants to change to. Whether it is somebody else's is not told."""

    email = EmailField(required=True)

    def __init__(self, person: Person, *args: Any, **options: Any) -> None:
        self.person = person
        super().__init__(*args, **options)

    def clean_email(self) -> str:
        """In lower case."""
        email = str(self.cleaned_data["email"]).lower()
        if email == self.person.email:
            reason = "duplicate_email"
            raise get_adapter().validation_error(reason)
        return email


# What a program may send in place of a passkey; allauth and fido2 leave some of it to break.
_NO_PASSKEY = (KeyError, IndexError, TypeError, AttributeError, ValueError)


class _Decoder(JSONDecoder):
    """Says of numbers too long and lists too deep to be read that they are no JSON, which forms know how to tell."""

    def decode(self, s: str, *rest: Any) -> Any:
        try:
            return super().decode(s, *rest)
        except (ValueError, RecursionError) as error:
            what = "cannot be read"
            raise JSONDecodeError(what, s, 0) from error


class _Passkey(forms.Form):
    """What a passkey answered."""

    credential = forms.JSONField(decoder=_Decoder, widget=forms.HiddenInput)


class NewPasskey(_Passkey, AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A passkey to add."""

    def clean(self) -> dict[str, Any]:
        """Checked against what was asked; anything else is refused with a sentence."""
        try:
            found: dict[str, Any] = super().clean() or {}
        except _NO_PASSKEY as error:
            raise _refused() from error
        return found


class _Audited(_Passkey):
    """Notes a passkey that was not accepted."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]  # of the form it is mixed into
        except ValidationError:
            second_factor_failed(getattr(self, "user", None), "webauthn")
            raise
        except _NO_PASSKEY as error:
            second_factor_failed(getattr(self, "user", None), "webauthn")
            raise _refused() from error


class AuditedPasskey(_Audited, AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A passkey as the second factor."""


class AuditedPasskeySignIn(_Audited, LoginWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A passkey alone."""


class AuditedPasskeyAgain(_Audited, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A passkey to prove oneself again."""


def _refused() -> ValidationError:
    return ValidationError(gettext("This passkey was not accepted."))
