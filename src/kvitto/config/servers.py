"""The settings that name other servers: the portal's own address, the mail server, and whom to ask who somebody is.

Secrets stand in files of their own, which the settings name: the settings file may then be shown and backed up.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn, Protocol
from urllib.parse import urlsplit

from kvitto.language import Phrase, phrase
from kvitto.runs.office import MailServer, SignOnServer

SERVER_SETTINGS = """
# The portal's address as people reach it, for links in mails and on the command line, for example
# "https://bills.example.com". Empty: https with the first of "hosts" if "secure" is true, else http and port 8000.
#portal_address = ""

# The server that sends mail about sign-ins (invitations, forgotten passwords, changed addresses). Empty: no mail leaves
# the office, and commands print the links instead. Security is "starttls", "tls" or "none"; port 0 is the usual one.
# The password stands alone in a file that only its owner may read; a relative name lies in this folder.
#mail_host = ""
#mail_port = 0
#mail_security = "starttls"
#mail_user = ""
#mail_password_file = ""
#mail_from = ""

# Single sign-on by OpenID Connect: the issuer's address, the id and the file with the secret that it gave this office,
# and the name on the button. Empty: people sign in with their password or a passkey.
#sso_issuer = ""
#sso_client_id = ""
#sso_secret_file = ""
#sso_name = ""
"""
SERVER_KINDS: Mapping[str, type] = {
    "portal_address": str,
    "mail_host": str,
    "mail_port": int,
    "mail_security": str,
    "mail_user": str,
    "mail_password_file": str,
    "mail_from": str,
    "sso_issuer": str,
    "sso_client_id": str,
    "sso_secret_file": str,
    "sso_name": str,
}
_WITH_MAIL_HOST = phrase("given when mail_host is")
_WITH_ISSUER = phrase("given when sso_issuer is")
_FILE = phrase("the name of a file that can be read, with the secret alone in it")
MUST_BE_OF_SERVERS: Mapping[str, Phrase] = {
    "portal_address": phrase("an address such as https://bills.example.com, without a path"),
    "mail_host": phrase("the name of a mail server"),
    "mail_port": phrase("a port from 1 to 65535, or 0 for the usual one"),
    "mail_security": phrase("starttls, tls or none"),
    "mail_user": phrase("given when mail_password_file is"),
    "mail_password_file": _FILE,
    "mail_from": phrase("an e-mail address"),
    "sso_issuer": phrase("an https address such as https://login.example.com (http only on this machine itself)"),
    "sso_client_id": _WITH_ISSUER,
    "sso_secret_file": _FILE,
    "sso_name": phrase("a text"),
}
_USUAL_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


class Refuse(Protocol):
    """Raises `UnableToStart` for a setting, with what it must be."""

    def __call__(self, name: str, value: object, must: Phrase | None = None) -> NoReturn:
        """Never comes back."""


def portal_address(chosen: Mapping[str, object], refuse: Refuse) -> str:
    """The portal's address without a slash at its end; empty if it follows from the other settings."""
    value = _text(chosen, "portal_address").rstrip("/")
    if value and not _is_address(value, {"http", "https"}, path=False):
        refuse("portal_address", value)
    return value


def mail_server(chosen: Mapping[str, object], home: Path, refuse: Refuse) -> MailServer | None:
    """The mail server, or None if none is named."""
    host = _text(chosen, "mail_host")
    if not host:
        return None
    if any(letter in host for letter in " /:@"):
        refuse("mail_host", host)
    security = _text(chosen, "mail_security") or "starttls"
    if security not in _USUAL_PORTS:
        refuse("mail_security", security)
    sender = _text(chosen, "mail_from")
    if not sender:
        refuse("mail_from", sender, _WITH_MAIL_HOST)
    if "@" not in sender or not sender.isprintable():
        refuse("mail_from", sender)
    user, password_file = _text(chosen, "mail_user"), _text(chosen, "mail_password_file")
    if user and not password_file:
        refuse("mail_password_file", password_file)
    if password_file and not user:
        refuse("mail_user", user)
    return MailServer(
        host,
        _port(chosen["mail_port"], refuse) or _USUAL_PORTS[security],
        sender,
        security,
        user,
        _secret_file("mail_password_file", password_file, home, refuse) if password_file else None,
    )


def sign_on_server(chosen: Mapping[str, object], home: Path, refuse: Refuse) -> SignOnServer | None:
    """Whom to ask who somebody is, or None if nobody is named."""
    issuer = _text(chosen, "sso_issuer")
    if not issuer:
        return None
    is_here = _host_of(issuer) in _THIS_MACHINE
    if not _is_address(issuer, {"http", "https"} if is_here else {"https"}, path=True):
        refuse("sso_issuer", issuer)
    client = _text(chosen, "sso_client_id")
    if not client:
        refuse("sso_client_id", client)
    secret_file = _secret_file("sso_secret_file", _text(chosen, "sso_secret_file"), home, refuse)
    return SignOnServer(issuer, client, secret_file, _text(chosen, "sso_name") or _host_of(issuer))


def _text(chosen: Mapping[str, object], name: str) -> str:
    return str(chosen[name] or "").strip()


def _port(value: object, refuse: Refuse) -> int:
    text = str(value or 0)
    if not text.isascii() or not text.isdigit() or int(text) > 65535:  # noqa: PLR2004 - the highest port there is
        refuse("mail_port", value)
    return int(text)


def _secret_file(name: str, value: str, home: Path, refuse: Refuse) -> Path:
    file = home / value  # an absolute name stays as it is
    try:
        is_good = bool(value) and bool(file.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError, ValueError):
        is_good = False
    if not is_good:
        refuse(name, value)
    return file


def _is_address(value: str, schemes: set[str], *, path: bool) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port  # ValueError if it is no number
    except ValueError:
        return False
    has_extra = bool(parts.query or parts.fragment or parts.username) or (not path and bool(parts.path))
    return parts.scheme in schemes and bool(parts.hostname) and not has_extra


def _host_of(value: str) -> str:
    try:
        return urlsplit(value).hostname or ""
    except ValueError:
        return ""
