"""What the processes of the tests of what is remembered do: read an agreement that another one changes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

NOW = datetime(2024, 3, 5, 12, tzinfo=UTC)


def look_before_and_after(_arguments: Sequence[str]) -> None:
    """Print what a new office's subscription is called before and after another process has renamed it."""
    from tests.faults import make_office

    make_office()
    from django.db import connections

    from kvitto.records.agreements import tree_around
    from tests.every_agreement import build, scope_of

    scope = scope_of("own", "mca", "subscription")
    build({"own": ""})
    print(tree_around([scope]).subscriptions[scope.id].name)  # noqa: T201 - how a process answers
    connections.close_all()  # a connection does not survive a fork
    other = os.fork()
    if not other:
        _rename(scope.kind.value, scope.id)
        os._exit(0)
    assert os.waitpid(other, 0)[1] == 0
    print(tree_around([scope]).subscriptions[scope.id].name)  # noqa: T201 - the same


def _rename(kind: str, key: str) -> None:
    from django.db import connections, transaction

    from kvitto.agreements.hierarchy import Subscription
    from kvitto.records.agreement_changes import record_versions, versions_now
    from kvitto.records.revisions import next_revision

    before = versions_now(kind, key)
    known = before[-1].value
    assert isinstance(known, Subscription)
    after = [*before[:-1], replace(before[-1], value=replace(known, name="Another"))]
    with transaction.atomic():
        record_versions(before, after, next_revision(NOW, "test"))
    connections.close_all()
