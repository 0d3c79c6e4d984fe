"""Noting how an attempt ended: one way for every door, so that none forgets a refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from kvitto.agreements.hierarchy import Scope
from kvitto.errors import UnableTo
from kvitto.records import gate
from kvitto.records.audit import Fact, Result, note


@contextmanager
def audited(  # noqa: PLR0913 - what, who, where and when
    action: str,
    *,
    door: str,
    now: Callable[[], datetime],
    who: UUID | str | None = None,
    scope: Scope | None = None,
    facts: Mapping[str, Fact] | None = None,
    not_found: tuple[type[UnableTo], ...] = (),
    refusals_only: bool = False,
) -> Iterator[None]:
    """Notes how the block ends that loads, permits and makes something: allowed, or refused, or not found.

    `not_found`: what else is raised, beside `gate.NotFound`, where there is no such thing. `refusals_only`: what is
    allowed leaves no note, as looking at a page leaves none. A block that ends in another way handed out nothing and
    refused nothing.
    """

    def told(outcome: Result) -> None:
        note(action, outcome, who=who, door=door, scope=scope, facts=facts, at=now())

    missing: tuple[type[UnableTo], ...] = (gate.NotFound, *not_found)
    try:
        yield
    except gate.Refused:
        told(Result.REFUSED)
        raise
    except missing:
        told(Result.NOT_FOUND)
        raise
    if not refusals_only:
        told(Result.ALLOWED)
