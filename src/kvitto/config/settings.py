"""Django's settings, made from the office's home folder (`KVITTO_HOME`)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF

from kvitto.config.home import read_secret, read_settings
from kvitto.language import CATALOGUES
from kvitto.language import LANGUAGES as SPOKEN
from kvitto.runs.office import Office

OFFICE: Office = read_settings(Path(os.environ.get("KVITTO_HOME", "kvitto-home")).expanduser().resolve(), os.environ)


def _database(office: Office) -> dict[str, Any]:
    if office.database == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": office.database_file,
            # To open the file and read its schema again takes longer than most questions. Threads go when nothing is
            # asked, and their connections with them. Not so with PostgreSQL, which counts connections.
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 60,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                " PRAGMA cache_size=-8000;",
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
        "OPTIONS": dict(parse_qsl(address.query)),
    }


SECRET_KEY = read_secret(OFFICE.home)
DEBUG = False
ALLOWED_HOSTS = list(OFFICE.hosts)
DATABASES = {"default": _database(OFFICE)}
CACHES = {  # counts of attempts and codes that were used; in the database, because every process has to know them
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kvitto_attempts",
        "KEY_FUNCTION": "kvitto.portal.identity.limits.counted_as",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "records.Person"
ROOT_URLCONF = "kvitto.config.urls"
WSGI_APPLICATION = "kvitto.config.wsgi.application"

INSTALLED_APPS = [
    "kvitto.portal",  # first, so that its templates stand before allauth's
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "allauth.usersessions",
    "kvitto.portal.identity",
    "csp",
    "kvitto.records",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "kvitto.portal.readable.ReadableMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "kvitto.portal.asking.AskingMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kvitto.portal.privacy.PrivacyMiddleware",
    "kvitto.portal.reader.ReaderMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kvitto.portal.refusals.RefusalsMiddleware",
    "kvitto.portal.frame.LastScopeMiddleware",
]

# Mail leaves through `kvitto.runs.mail_out` alone, which asks the office for its server.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
DEFAULT_FROM_EMAIL = OFFICE.mail.sender if OFFICE.mail else ""
LANGUAGE_CODE = SPOKEN[OFFICE.language].django_code
LANGUAGES = [(language.django_code, language.own_name) for language in SPOKEN.values()]
LOCALE_PATHS = [CATALOGUES]
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "kvitto.portal.static_files.DigestedAddresses"},
}
WHITENOISE_USE_FINDERS = True  # files are served from the installed packages: nothing to build or collect
WHITENOISE_MAX_AGE = 31_536_000  # every address carries the digest of its content
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an address that was not proved yet can sign in: the office gave it
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody can make this office write to strangers
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_ADAPTER = "kvitto.portal.identity.accounts.InvitationOnly"
ACCOUNT_FORMS = {"reset_password": "kvitto.portal.identity.forms.ForgottenPassword"}
ACCOUNT_SESSION_REMEMBER = False  # a bill is not left open on a shared machine: closing the browser signs out
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "change_password": "5/m/user",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_form": "30/m/ip",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "manage_email": "10/m/user",
    "confirm_email": "1/m/key",
    "invitation": "20/m/ip",
    "single_sign_on": "20/m/ip",
    "profile": "60/m/user",
}
MFA_ADAPTER = "kvitto.portal.identity.second_factors.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody registers, so nobody can lock an address of somebody else
MFA_FORMS = {
    "add_webauthn": "kvitto.portal.identity.forms.NewPasskey",
    "authenticate_webauthn": "kvitto.portal.identity.forms.AuditedPasskey",
    "login_webauthn": "kvitto.portal.identity.forms.AuditedPasskeySignIn",
    "reauthenticate_webauthn": "kvitto.portal.identity.forms.AuditedPasskeyAgain",
}
MFA_RATE_LIMITS = {"webauthn_login": "20/m/ip"}
SOCIALACCOUNT_ADAPTER = "kvitto.portal.identity.single_sign_on.KnownPeopleOnly"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if OFFICE.secure else 0  # `secure` means: behind one proxy that ends TLS
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = OFFICE.secure
CSRF_COOKIE_SECURE = OFFICE.secure
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "kvitto.portal.error_pages.form_too_old"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if OFFICE.secure else None
SECURE_SSL_REDIRECT = OFFICE.secure
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked on the machine itself, behind the proxy
SECURE_HSTS_SECONDS = 31_536_000 if OFFICE.secure else 0
# HSTS for this host only: an office does not speak for the other hosts of its domain (W005, W021).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["terminal"], "level": "WARNING"},
    "loggers": {"django": {"handlers": [], "level": "WARNING"}},  # up to the terminal, and no mail to anybody
}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
