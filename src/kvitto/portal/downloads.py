"""Answers that are files: never kept by caches, never guessed to be something else."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header


def file_answer(
    content: bytes | Iterator[bytes], name: str, content_type: str, size: int | None = None
) -> HttpResponseBase:
    """The file under this name; an iterator is sent as it comes, with its size in bytes if that is known."""
    answer: HttpResponseBase
    if isinstance(content, bytes):
        answer, size = HttpResponse(content, content_type=content_type), len(content)
    else:
        answer = StreamingHttpResponse(content, content_type=content_type)
    if size is not None:
        answer.headers["Content-Length"] = str(size)
    disposition = content_disposition_header(as_attachment=True, filename=name)
    answer.headers["Content-Disposition"] = disposition or "attachment"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
