"""Second factors with allauth: codes from an app, recovery codes and passkeys, as this office keeps and shows them."""

from __future__ import annotations

import base64
import hashlib
import secrets

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.translation import gettext

from kvitto.records.models import Person

_QUIET_ZONE = 4  # modules of white that a reader needs around the code


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Secrets of apps and recovery codes are kept enciphered by a key that follows from the office's secret.

    Who has the database alone, or a backup of it, cannot make codes. Without that secret (in an office restored from a
    backup) no code is right any longer, and the operator lets people in anew with `kvitto people recover`.
    """

    def encrypt(self, text: str) -> str:
        """The text as it is kept."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The text as it was; under another secret, one that fits nothing."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def get_totp_issuer(self) -> str:
        """What the app calls the account."""
        return f"Kvitto {self._get_site_name()}"

    def build_totp_svg(self, url: str) -> str:
        """The code to photograph, as an element of the page: nothing is loaded, and no style stands in it."""
        code = qrcode.QRCode(border=_QUIET_ZONE)
        code.add_data(url)
        rows = code.get_matrix()
        path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
        size = len(rows)
        label = gettext("The key below as a code to photograph")
        return (
            f'<svg class="code" role="img" aria-label="{label}" viewBox="0 0 {size} {size}"'
            f' xmlns="http://www.w3.org/2000/svg"><path d="{path}"/></svg>'
        )

    def generate_authenticator_name(self, user: Person, type: str) -> str:  # noqa: A002, ARG002 - allauth's signature
        """What a new passkey is called until the person names it."""
        return gettext("Passkey")


def _cipher() -> Fernet:
    key = hashlib.sha256(b"kvitto.second-factors:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
