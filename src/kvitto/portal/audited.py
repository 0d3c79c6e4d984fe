"""What the portal notes in the audit trail of files: those handed out and those refused. Pages note nothing."""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.conf import settings
from django.http import HttpRequest

from kvitto.agreements.hierarchy import Scope
from kvitto.portal.permission import person_of
from kvitto.records.audit import Door, Fact
from kvitto.records.audited import audited


def audited_download(request: HttpRequest, scope: Scope | None = None, **facts: Fact) -> AbstractContextManager[None]:
    """Notes how the block ends that loads, permits and makes a file; see `records.audited`.

    `facts` say which file; `scope` where it belongs, if that is known before it is loaded.
    """
    who, now = person_of(request).id, settings.OFFICE.now
    return audited("document.download", door=Door.PORTAL, now=now, who=who, scope=scope, facts=facts)
