"""The settings that name other servers: the portal's address, mail, single sign-on, and secrets in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvitto.config.home import SETTINGS_FILE, UnableToStart, make_home, read_settings, settings_without_secrets
from kvitto.runs.office import MailServer, Office, SignOnServer

SECRET = "hunter-of-cents"
MAIL = 'mail_host = "smtp.example"\nmail_from = "office@example.com"\n'
SIGN_ON = 'sso_issuer = "https://login.example.com/realms/all"\nsso_client_id = "kvitto"\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a secret in a file of its own."""
    made = tmp_path / "office"
    make_home(made)
    (made / "its.secret").write_text(f"{SECRET}\n")
    (made / "empty.secret").write_text("\n")
    return made


def read(home: Path, text: str, **environment: str) -> Office:
    """The office of these settings."""
    (home / SETTINGS_FILE).write_text(text, encoding="utf-8")
    return read_settings(home, environment)


def test_nothing_is_set_to_begin_with(home: Path) -> None:
    """No mail leaves a new office, and it asks nobody."""
    office = read_settings(home, {})
    assert (office.mail, office.sign_on) == (None, None)
    assert office.address == "http://localhost:8000"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ('portal_address = "https://bills.example.com/"', "https://bills.example.com"),
        ('portal_address = "http://192.0.2.7:8080"', "http://192.0.2.7:8080"),
        ('hosts = ["bills.example"]\nsecure = true', "https://bills.example"),
    ],
)
def test_links_begin_with_the_portals_address(home: Path, text: str, address: str) -> None:
    """As it is set, or as it follows from the host names."""
    assert read(home, text).address == address


@pytest.mark.parametrize(
    ("more", "port", "security"),
    [
        ("", 587, "starttls"),
        ('mail_security = "tls"', 465, "tls"),
        ('mail_security = "none"', 25, "none"),
        ("mail_port = 2525", 2525, "starttls"),
    ],
)
def test_a_mail_server_has_its_usual_port(home: Path, more: str, port: int, security: str) -> None:
    """Unless another is set."""
    assert read(home, MAIL + more).mail == MailServer("smtp.example", port, "office@example.com", security)


def test_passwords_stand_in_files(home: Path) -> None:
    """Beside the settings or anywhere else; no value of the program holds them."""
    office = read(home, f'{MAIL}mail_user = "kvitto"\nmail_password_file = "its.secret"\n')
    assert office.mail == MailServer(
        "smtp.example", 587, "office@example.com", "starttls", "kvitto", home / "its.secret"
    )
    office = read(home, f'{SIGN_ON}sso_secret_file = "{home / "its.secret"}"\nsso_name = "Example"\n')
    assert office.sign_on == SignOnServer(
        "https://login.example.com/realms/all", "kvitto", home / "its.secret", "Example"
    )
    assert SECRET not in repr(office)


def test_the_button_is_called_after_the_issuer_unless_it_has_a_name(home: Path) -> None:
    """The host of its address."""
    office = read(home, SIGN_ON, KVITTO_SSO_SECRET_FILE="its.secret")
    assert office.sign_on is not None
    assert office.sign_on.name == "login.example.com"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('portal_address = "bills.example.com"', "“portal_address”"),
        ('portal_address = "https://bills.example.com/path"', "“portal_address”"),
        ('mail_host = "smtp.example:25"', "“mail_host”"),
        ('mail_host = "smtp.example"', "“mail_from” is “”, but must be given when mail_host is"),
        ('mail_host = "smtp.example"\nmail_from = "office"', "an e-mail address"),
        (f'{MAIL}mail_security = "ssl"', "starttls, tls or none"),
        (f"{MAIL}mail_port = 70000", "a port from 1 to 65535"),
        (f'{MAIL}mail_user = "kvitto"', "“mail_password_file”"),
        (f'{MAIL}mail_password_file = "its.secret"', "“mail_user”"),
        (f'{MAIL}mail_user = "kvitto"\nmail_password_file = "none.secret"', "a file that can be read"),
        (f'{MAIL}mail_user = "kvitto"\nmail_password_file = "empty.secret"', "a file that can be read"),
        ('sso_issuer = "http://login.example.com"', "an https address"),
        ('sso_issuer = "https://login.example.com?x=1"', "an https address"),
        ('sso_issuer = "https://login.example.com"', "“sso_client_id” is “”, but must be given when sso_issuer is"),
        (SIGN_ON, "“sso_secret_file”"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(home: Path, text: str, said: str) -> None:
    """With what it must be."""
    with pytest.raises(UnableToStart) as refused:
        read(home, text)
    assert said in str(refused.value.phrase)
    assert SECRET not in str(refused.value.phrase)


def test_a_backup_keeps_neither_mail_nor_single_sign_on(home: Path) -> None:
    """Their secrets are not in it either: a restored copy starts, writes to nobody and asks nobody."""
    text = f'{MAIL}{SIGN_ON}sso_secret_file = "its.secret"\nlanguage = "sv"\n'
    office = read(home, text)
    assert office.mail
    kept = settings_without_secrets(home).decode()
    assert kept == 'language = "sv"\n'
    assert read(home, kept).language == "sv"
