"""The office's home folder: where its settings, database, usage store and documents lie.

Settings come from `kvitto.toml` in the home; an environment variable of the same name wins (`KVITTO_CLOCK` over
`clock`). A wrong setting raises `UnableToStart` with the sentence that says which one and what it should be.
"""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import tomli_w

from kvitto.agreements.limits import STANDARD
from kvitto.config.servers import MUST_BE_OF_SERVERS, SERVER_KINDS, SERVER_SETTINGS, mail_server, sign_on_server
from kvitto.config.servers import portal_address as address_of_portal
from kvitto.errors import UnableTo
from kvitto.language import LANGUAGES, Phrase, phrase
from kvitto.periods import midnight
from kvitto.runs.office import Office

SETTINGS_FILE = "kvitto.toml"
_LEAST_SECRET = 50  # Django's own measure of a strong key
SECRET_FILE = "secret.key"  # noqa: S105 - the name of the file, not what is in it


class UnableToStart(UnableTo):
    """A setting or the home folder is not as it must be."""


_DEFAULT_SETTINGS = """\
# Settings of this Kvitto office. A line that starts with # is the default; take the # away to change it.
# An environment variable of the same name wins, for example KVITTO_CLOCK=2024-03-20.

# Where control data are kept: "sqlite" (a file in this folder), or the address of a PostgreSQL database,
# for example "postgresql://kvitto:password@db.example/kvitto".
#database = "sqlite"

# The office's date and time. Empty: the real clock. A date means 00:00 UTC of that day.
#clock = ""

# Hours after the end of a billing period in which late usage is still taken into its invoice.
#cutoff_hours = 72

# Host names under which the portal answers.
#hosts = ["localhost", "127.0.0.1"]

# The language of commands and of pages for people whose browser asks for none of ours: en, sv, lv, nl, zh-TW.
#language = "en"

# true when the portal is reached over HTTPS only (behind a proxy that ends TLS): cookies and headers follow.
#secure = false

# A usage file that is made of at least so many rows of usage is prepared in the background, and fetched when ready.
#prepare_from_rows = 100000

# The most subscriptions that may begin in the first 30 days of a MOSP account, and that an enrollment account and an
# MCA account may hold, ended ones among them. 0: as many as one likes.
#new_account_subscriptions = 5
#enrollment_account_subscriptions = 5000
#mca_account_subscriptions = 0
"""
_DEFAULT_SETTINGS += SERVER_SETTINGS
# What a backup leaves out: the database's password, and servers that need a secret which is not in the backup either.
_NOT_BACKED_UP = ("database", *(name for name in SERVER_KINDS if name.startswith(("mail_", "sso_"))))
_LINE_NOT_BACKED_UP = re.compile(rf"""\s*#?\s*["']?(?:{"|".join(_NOT_BACKED_UP)})["']?\s*=""")  # comments too
_KINDS: Mapping[str, type] = {
    "database": str,
    "clock": str,
    "cutoff_hours": int,
    "hosts": list,
    "language": str,
    "secure": bool,
    "prepare_from_rows": int,
    "new_account_subscriptions": int,
    "enrollment_account_subscriptions": int,
    "mca_account_subscriptions": int,
    **SERVER_KINDS,
}
_KIND_NAMES: Mapping[type, Phrase] = {
    str: phrase("a text in quotes"),
    int: phrase("a whole number"),
    list: phrase("a list of texts"),
    bool: phrase("true or false"),
}
_MUST_BE: Mapping[str, Phrase] = {
    "database": phrase("sqlite, or postgresql://user:password@host/name"),
    "clock": phrase("a date such as 2024-03-20, or a moment such as 2024-03-20T12:00:00Z"),
    "cutoff_hours": phrase("a whole number of hours from 0 to 744"),
    "hosts": phrase("a list of host names, without *"),
    "language": phrase("en, sv, lv, nl or zh-TW"),
    "secure": phrase("true or false"),
    "prepare_from_rows": phrase("a whole number of rows"),
    "new_account_subscriptions": phrase("a whole number, or 0 for no limit"),
    "enrollment_account_subscriptions": phrase("a whole number, or 0 for no limit"),
    "mca_account_subscriptions": phrase("a whole number, or 0 for no limit"),
    **MUST_BE_OF_SERVERS,
}


def make_home(home: Path, secret: str = "") -> None:
    """Make the folder with its commented settings file and its secret; what is there already stays as it is.

    `secret`: that of an office that comes back; else it is a new one.

    Only the owner may read it: it holds what customers bought, and the settings may hold a database's password.
    `UnableToStart` if the folder cannot be made or written to.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_for_owner(home / SETTINGS_FILE, _DEFAULT_SETTINGS)
        _write_for_owner(home / SECRET_FILE, secret or secrets.token_urlsafe(50))
        for folder in ("usage-store", "documents"):
            (home / folder).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise UnableToStart(
            phrase(
                "The office's home {home} cannot be made: {cause}. Choose another folder with --home.",
                home=str(home),
                cause=error.strerror or str(error),
            )
        ) from error


def _write_for_owner(path: Path, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def read_settings(home: Path, environment: Mapping[str, str]) -> Office:
    """The settings of this home; `UnableToStart` if the home is no office or a setting is wrong."""
    settings_file = home / SETTINGS_FILE
    if not settings_file.is_file():
        raise UnableToStart(
            phrase("There is no office in {home}. Make one with “kvitto init --home {home}”.", home=str(home))
        )
    written = _written(settings_file)
    for name in written:
        if name not in _KINDS:
            raise UnableToStart(
                phrase(
                    "{file} has a setting “{name}” that does not exist. There are: {names}.",
                    file=str(settings_file),
                    name=name,
                    names=tuple(_KINDS),
                )
            )
    chosen = {name: _chosen(name, written, environment, settings_file) for name in _KINDS}
    return Office(
        home=home,
        database=_database(str(chosen["database"] or "sqlite")),
        clock=_clock(str(chosen["clock"] or "")),
        cutoff_hours=_cutoff(chosen["cutoff_hours"]),
        hosts=_hosts(chosen["hosts"]),
        language=_language(str(chosen["language"] or "en")),
        secure=_switch(chosen["secure"]),
        limits=replace(
            STANDARD,
            new_account_subscriptions=_limit("new_account_subscriptions", chosen, STANDARD.new_account_subscriptions),
            enrollment_account_subscriptions=_limit(
                "enrollment_account_subscriptions", chosen, STANDARD.enrollment_account_subscriptions
            ),
            account_subscriptions=_limit("mca_account_subscriptions", chosen, STANDARD.account_subscriptions),
        ),
        prepare_from_rows=_limit("prepare_from_rows", chosen, Office.prepare_from_rows) or 0,
        portal_address=address_of_portal(chosen, _refuse),
        mail=mail_server(chosen, home, _refuse),
        sign_on=sign_on_server(chosen, home, _refuse),
    )


def settings_without_secrets(home: Path) -> bytes:
    """The settings file as a backup may hold it: without `database`, which may have a password in it.

    Without mail and single sign-on, too: their secrets are not in it, and a restored copy writes to nobody by itself.
    """
    file = home / SETTINGS_FILE
    without = {name: value for name, value in _written(file).items() if name not in _NOT_BACKED_UP}
    lines = file.read_text(encoding="utf-8").splitlines()
    text = "".join(f"{line}\n" for line in lines if not _LINE_NOT_BACKED_UP.match(line))
    try:
        is_same = tomllib.loads(text) == without
    except tomllib.TOMLDecodeError:
        is_same = False
    if not is_same:  # written over several lines: keep what it says, not how
        text = tomli_w.dumps(without)
    return text.encode()


def add_setting(file: Path, name: str, value: str) -> None:
    """Add a setting to a settings file that does not have it yet."""
    before = file.read_text(encoding="utf-8")
    file.write_text(f"{tomli_w.dumps({name: value})}{before}", encoding="utf-8")


def read_secret(home: Path) -> str:
    """The office's secret for signing sessions; `UnableToStart` if it cannot be read or is too short."""
    return secret_in(home / SECRET_FILE)


def secret_in(file: Path) -> str:
    """The secret that a file holds; `UnableToStart` if it cannot be read or is too short."""
    try:
        secret = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UnableToStart(
            phrase("The secret {file} cannot be read: {cause}.", file=str(file), cause=str(error))
        ) from error
    if len(secret) < 50:  # noqa: PLR2004 - Django's own measure of a strong key
        raise UnableToStart(phrase("The secret {file} must have at least 50 characters.", file=str(file)))
    return secret


def _written(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnableToStart(
            phrase("{file} cannot be understood: {cause}. Correct it there.", file=str(file), cause=str(error))
        ) from error
    except OSError as error:
        raise UnableToStart(
            phrase("{file} cannot be read: {cause}.", file=str(file), cause=error.strerror or str(error))
        ) from error


def _chosen(name: str, written: Mapping[str, object], environment: Mapping[str, str], file: Path) -> object:
    variable = f"KVITTO_{name.upper()}"
    if variable in environment:
        return environment[variable]
    value = written.get(name)
    if value is not None and not _is_of_kind(value, _KINDS[name]):
        raise UnableToStart(
            phrase(
                "{file}: “{name}” is {value}, but must be {kind}.",
                file=str(file),
                name=name,
                value=_without_secrets(repr(value)) if name == "database" else repr(value),
                kind=_KIND_NAMES[_KINDS[name]],
            )
        )
    return value


def _is_of_kind(value: object, kind: type) -> bool:
    if isinstance(value, date) and kind is str:
        return True
    if kind is list:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def _refuse(name: str, value: object, must: Phrase | None = None) -> NoReturn:
    must = must or _MUST_BE[name]
    raise UnableToStart(
        phrase("The setting “{name}” is “{value}”, but must be {must}.", name=name, value=str(value), must=must)
    )


def _database(value: str) -> str:
    if value == "sqlite" or _is_address_of_database(value):
        return value
    _refuse("database", _without_secrets(value))


def _is_address_of_database(value: str) -> bool:
    try:
        address = urlsplit(value)
        _ = address.port  # ValueError if it is no number
    except ValueError:
        return False
    name = address.path.removeprefix("/")
    return address.scheme in {"postgresql", "postgres"} and bool(name) and "/" not in name and not address.fragment


def _without_secrets(value: str) -> str:
    """A value that may hold a password never reaches the screen or a log."""
    return "…" if {"@", ":"} & set(value) else value


def _clock(value: str) -> datetime | None:
    if not value or value == "real":
        return None
    try:
        if len(value) == len("2024-03-20"):
            return midnight(date.fromisoformat(value))
        moment = datetime.fromisoformat(value)
    except ValueError:
        _refuse("clock", value)
    if moment.tzinfo is None:
        _refuse("clock", value)
    return moment.astimezone(UTC)


def _cutoff(value: object) -> int:
    text = str(72 if value is None else value)
    if not text.isascii() or not text.isdigit() or int(text) > 24 * 31:
        _refuse("cutoff_hours", value)
    return int(text)


def _limit(name: str, chosen: Mapping[str, object], standard: int | None) -> int | None:
    value = chosen[name]
    if value is None:
        return standard
    if not str(value).isascii() or not str(value).isdigit():
        _refuse(name, value)
    return int(str(value)) or None


def _hosts(value: object) -> tuple[str, ...]:
    if value is None:
        return ("localhost", "127.0.0.1", "[::1]")
    hosts = value.split(",") if isinstance(value, str) else list(value) if isinstance(value, list) else []
    names = tuple(name for name in (str(host).strip() for host in hosts) if name)
    if not names or "*" in names:
        _refuse("hosts", value)
    return names


def _language(value: str) -> str:
    if value not in LANGUAGES:
        _refuse("language", value)
    return value


def _switch(value: object) -> bool:
    if value in {None, "", "false", "False", False}:
        return False
    if value in {"true", "True", True}:
        return True
    _refuse("secure", value)
