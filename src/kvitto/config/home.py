"""The office's home folder: where its settings, database, usage store and documents lie.

Settings come from `kvitto.toml` in the home; an environment variable of the same name wins (`KVITTO_CLOCK` over
`clock`). A wrong setting raises `UnableToStart` with the sentence that says which one and what it should be.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from kvitto.errors import UnableTo
from kvitto.language import LANGUAGES, phrase
from kvitto.periods import midnight
from kvitto.runs.office import Office

SETTINGS_FILE = "kvitto.toml"
SECRET_FILE = "secret.key"


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
"""
_KINDS: Mapping[str, type] = {
    "database": str,
    "clock": str,
    "cutoff_hours": int,
    "hosts": list,
    "language": str,
    "secure": bool,
}


def make_home(home: Path) -> None:
    """Make the folder with its commented settings file and its secret; what is there already stays as it is."""
    home.mkdir(parents=True, exist_ok=True)
    settings_file = home / SETTINGS_FILE
    if not settings_file.exists():
        settings_file.write_text(_DEFAULT_SETTINGS, encoding="utf-8")
    if not (home / SECRET_FILE).exists():
        descriptor = os.open(home / SECRET_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as secret:
            secret.write(secrets.token_urlsafe(50))
    for folder in ("usage-store", "documents"):
        (home / folder).mkdir(exist_ok=True)


def read_settings(home: Path, environment: Mapping[str, str]) -> Office:
    """The settings of this home; `UnableToStart` if the home is no office or a setting is wrong."""
    settings_file = home / SETTINGS_FILE
    if not settings_file.is_file():
        raise UnableToStart(
            phrase("There is no office in {home}. Make one with “kvitto init --home {home}”.", home=str(home))
        )
    try:
        written = tomllib.loads(settings_file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnableToStart(
            phrase("{file} cannot be read: {cause}. Correct that line.", file=str(settings_file), cause=str(error))
        ) from error
    for name in written:
        if name not in _KINDS:
            raise UnableToStart(
                phrase(
                    "{file} has a setting “{name}” that does not exist. There are: {names}.",
                    file=str(settings_file), name=name, names=tuple(_KINDS),
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
    )


def read_secret(home: Path) -> str:
    """The office's secret for signing sessions; `UnableToStart` if it cannot be read or is too short."""
    try:
        secret = (home / SECRET_FILE).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UnableToStart(
            phrase("The secret {file} cannot be read: {cause}.", file=str(home / SECRET_FILE), cause=str(error))
        ) from error
    if len(secret) < 50:  # noqa: PLR2004 - Django's own measure of a strong key
        raise UnableToStart(
            phrase("The secret {file} must have at least 50 characters.", file=str(home / SECRET_FILE))
        )
    return secret


def _chosen(name: str, written: Mapping[str, object], environment: Mapping[str, str], file: Path) -> object:
    variable = f"KVITTO_{name.upper()}"
    if variable in environment:
        return environment[variable]
    value = written.get(name)
    if value is not None and not _is_of_kind(value, _KINDS[name]):
        raise UnableToStart(
            phrase(
                "{file}: “{name}” is {value}, but must be {kind}.",
                file=str(file), name=name, value=repr(value), kind=_KIND_NAMES[_KINDS[name]],
            )
        )
    return value


_KIND_NAMES = {
    str: phrase("a text in quotes"),
    int: phrase("a whole number"),
    list: phrase("a list of texts"),
    bool: phrase("true or false"),
}


def _is_of_kind(value: object, kind: type) -> bool:
    if isinstance(value, date) and kind is str:
        return True
    if kind is list:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def _wrong(name: str, value: object, must: str) -> UnableToStart:
    return UnableToStart(
        phrase("The setting “{name}” is “{value}”, but must be {must}.", name=name, value=str(value), must=phrase(must))
    )


def _database(value: str) -> str:
    if value == "sqlite" or (urlsplit(value).scheme in {"postgresql", "postgres"} and urlsplit(value).path.strip("/")):
        return value
    hidden = "…" if urlsplit(value).password else value  # a password never reaches the screen or a log
    raise _wrong("database", hidden, "sqlite, or postgresql://user:password@host/name")


def _clock(value: str) -> datetime | None:
    if not value or value == "real":
        return None
    try:
        if len(value) == len("2024-03-20"):
            return midnight(date.fromisoformat(value))
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise _wrong("clock", value, "a date such as 2024-03-20, or a moment such as 2024-03-20T12:00:00Z") from error
    if moment.tzinfo is None:
        raise _wrong("clock", value, "a date such as 2024-03-20, or a moment such as 2024-03-20T12:00:00Z")
    return moment.astimezone(UTC)


def _cutoff(value: object) -> int:
    text = str(72 if value is None else value)
    if not text.isascii() or not text.isdigit() or int(text) > 24 * 31:
        raise _wrong("cutoff_hours", value, "a whole number of hours from 0 to 744")
    return int(text)


def _hosts(value: object) -> tuple[str, ...]:
    if value is None:
        return ("localhost", "127.0.0.1", "[::1]")
    hosts = value.split(",") if isinstance(value, str) else list(value) if isinstance(value, list) else []
    names = tuple(name for name in (str(host).strip() for host in hosts) if name)
    if not names or "*" in names:
        raise _wrong("hosts", value, "a list of host names, without *")
    return names


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise _wrong("language", value, "en, sv, lv, nl or zh-TW")
    return value


def _switch(value: object) -> bool:
    if value in {None, "", "false", "False", False}:
        return False
    if value in {"true", "True", True}:
        return True
    raise _wrong("secure", value, "true or false")
