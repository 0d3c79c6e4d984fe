"""What a process of the portal reads before it answers anybody, so that its first pages are as quick as later ones.

Addresses, templates, sentences and the agreements of the largest accounts; nothing of this decides what a page shows.
"""

from __future__ import annotations

import logging
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.language import LANGUAGES, format_date, format_number, speaking
from kvitto.records.agreements import tree_around
from kvitto.records.large_accounts import large_accounts

if TYPE_CHECKING:
    from kvitto.runs.office import Office

_LOG = logging.getLogger(__name__)
_TEMPLATES = "templates/portal"
_LARGE = 1_000  # subscriptions
_MOST_READ = 50_000  # of them together; what is read fills the memory that pages share


def warm_up() -> None:
    """Read what pages need, as far as it costs a few seconds."""
    _read_pages(settings.OFFICE)
    try:
        _read_large_accounts()
    except DatabaseError:  # whoever asks for a page is told
        _LOG.exception("agreements could not be read before the first page")


def _read_pages(office: Office) -> None:
    reverse("home")
    for page in files("kvitto.portal").joinpath(_TEMPLATES).iterdir():
        if page.name.endswith(".html"):
            get_template(f"portal/{page.name}")
    for language in LANGUAGES.values():
        with speaking(language.code), translation.override(language.django_code):
            translation.gettext("Home")
            format_date(office.today())
            format_number(Decimal(1))


def _read_large_accounts() -> None:
    read = 0
    for account, count in large_accounts(_LARGE):
        read += count
        if read > _MOST_READ:
            return
        tree_around([Scope(ScopeKind.BILLING_ACCOUNT, account)]).invoice_scopes()
