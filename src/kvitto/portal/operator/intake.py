"""What came in, and what was refused and why."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from kvitto.documents.usage_files.columns import harmless
from kvitto.portal.downloads import file_answer
from kvitto.portal.operator.doors import for_operators, show
from kvitto.portal.permission import person_of
from kvitto.records.audit import Door, Result, note
from kvitto.records.models import RefusedRow, UsageImport
from kvitto.records.refused_rows import count_by_reason, refused_entry, refused_rows
from kvitto.usage.checks import REASON_NAMES

_ROWS = 50
_AT_ONCE = 500
_HEADS = ("Source", "File", "Line", "Column", "Reason", "Sentence", "AcceptedSince", "Row")


def file_name(path: str) -> str:
    """What the file is called; where it lies on the machine stands on no page."""
    return re.split(r"[/\\]", path)[-1] or path


@for_operators
@require_safe
def imports(request: HttpRequest) -> HttpResponseBase:
    """Every file that was taken in, newest first."""
    source, sources = request.GET.get("source", ""), _sources()
    source = source if source in sources else ""
    found = UsageImport.objects.order_by("-pk")
    page = Paginator(found.filter(source=source) if source else found, _ROWS).get_page(request.GET.get("page"))
    return show(request, "imports", "operator_imports", page=page, source=source, sources=sources)


@for_operators
@require_safe
def refused(request: HttpRequest) -> HttpResponseBase:
    """Refused rows by reason, and the rows of what was chosen."""
    asked = _asked(request)
    counts = count_by_reason(source=asked.source, settled_too=asked.settled_too)
    page = Paginator(asked.rows, _ROWS).get_page(request.GET.get("page"))
    return show(
        request,
        "refused",
        "operator_refused",
        page=page,
        entries=[refused_entry(row) for row in page.object_list],
        counts=[(reason, REASON_NAMES.get(reason, reason), count) for reason, count in counts],
        total=sum(count for _, count in counts),
        asked=asked,
        sources=_sources(),
        reasons=list(REASON_NAMES.items()),
    )


@for_operators
@require_safe
def refused_file(request: HttpRequest) -> HttpResponseBase:
    """The chosen rows as CSV, in which no cell is taken for a formula."""
    person, asked = person_of(request), _asked(request)
    note(
        "operator.download", Result.ALLOWED, who=person.id, door=Door.PORTAL, facts={"kind": "refused-csv"},
        at=settings.OFFICE.now(),
    )  # fmt: skip
    return file_answer(_written(asked), "refused-rows.csv", "text/csv; charset=utf-8")


@dataclass(frozen=True)
class _Asked:
    """Which refused rows: for one reason, of one source, or all of them."""

    reason: str
    source: str
    settled_too: bool

    @property
    def rows(self) -> QuerySet[RefusedRow]:
        return refused_rows(reason=self.reason, source=self.source, settled_too=self.settled_too)


def _asked(request: HttpRequest) -> _Asked:
    reason, source = request.GET.get("reason", ""), request.GET.get("source", "")
    return _Asked(
        reason if reason in REASON_NAMES else "",
        source if source in _sources() else "",
        request.GET.get("settled") == "on",
    )


def _sources() -> list[str]:
    return list(UsageImport.objects.order_by("source").values_list("source", flat=True).distinct())


def _written(asked: _Asked) -> Iterator[bytes]:
    text = io.StringIO()
    text.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEADS)
    for row in asked.rows.iterator(chunk_size=_AT_ONCE):
        entry = refused_entry(row)
        cells = (entry.source, file_name(entry.file), str(entry.line), entry.column, entry.reason, str(entry.sentence))
        writer.writerow([*map(harmless, cells), "yes" if entry.settled else "no", harmless(entry.raw)])
        if text.tell() > 64 * 1024:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()
