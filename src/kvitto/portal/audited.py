"""What the portal notes in the audit trail of files: those handed out and those refused. Pages note nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest

from kvitto.agreements.hierarchy import Scope
from kvitto.portal.permission import person_of
from kvitto.records import gate
from kvitto.records.audit import Door, Fact, Result, note


@contextmanager
def audited_download(request: HttpRequest, scope: Scope | None = None, **facts: Fact) -> Iterator[None]:
    """Notes how the block ends that loads, permits and makes a file: allowed, or refused, or not found.

    `facts` say which file; `scope` where it belongs, if that is known before it is loaded. A block that ends in
    another way handed out nothing and refused nothing.
    """

    def told(outcome: Result) -> None:
        person = person_of(request)
        at = settings.OFFICE.now()
        note("document.download", outcome, who=person.id, door=Door.PORTAL, scope=scope, facts=facts, at=at)

    try:
        yield
    except gate.Refused:
        told(Result.REFUSED)
        raise
    except gate.NotFound:
        told(Result.NOT_FOUND)
        raise
    told(Result.ALLOWED)
