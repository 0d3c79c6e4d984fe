"""Django's settings, made from the office's home folder (`KVITTO_HOME`)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from kvitto.config.home import Settings, read_secret, read_settings
from kvitto.language import CATALOGUES, LANGUAGES

OFFICE: Settings = read_settings(Path(os.environ.get("KVITTO_HOME", "kvitto-home")).expanduser().resolve(), os.environ)


def _database(office: Settings) -> dict[str, Any]:
    if office.database == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": office.database_file,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 60,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    address = urlsplit(office.database)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(address.path.strip("/")),
        "USER": unquote(address.username or ""),
        "PASSWORD": unquote(address.password or ""),
        "HOST": unquote(address.hostname or ""),
        "PORT": str(address.port or ""),
        "OPTIONS": dict(pair.split("=", 1) for pair in address.query.split("&") if "=" in pair),
    }


SECRET_KEY = read_secret(OFFICE.home)
DEBUG = False
ALLOWED_HOSTS = list(OFFICE.hosts)
DATABASES = {"default": _database(OFFICE)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "records.Person"
ROOT_URLCONF = "kvitto.config.urls"
WSGI_APPLICATION = "kvitto.config.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "csp",
    "kvitto.records",
    "kvitto.portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kvitto.portal.reader.ReaderMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

LANGUAGE_CODE = LANGUAGES[OFFICE.language].django_code
LOCALE_PATHS = [CATALOGUES]
USE_TZ = True
TIME_ZONE = "UTC"
