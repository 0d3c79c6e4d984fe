"""Revisions: what is believed at one, and that they are committed in the order of their numbers."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Event

import pytest
from django.db import connection, transaction

from kvitto.records.models import AgreementRecord
from kvitto.records.revisions import believed, latest_revision, next_revision

NOW = datetime(2024, 3, 20, tzinfo=UTC)


@pytest.mark.django_db
def test_a_record_is_believed_from_its_revision_until_it_is_superseded() -> None:
    """At each revision exactly one of two versions is believed, and none before the first."""
    assert latest_revision() == 0
    first = next_revision(NOW, "first")
    old = AgreementRecord.objects.create(
        kind="seller", key="s", facts={}, valid_from=date(2024, 1, 1), recorded_in=first
    )
    second = next_revision(NOW, "second")
    AgreementRecord.objects.filter(pk=old.pk).update(superseded_in=second)
    new = AgreementRecord.objects.create(
        kind="seller", key="s", facts={}, valid_from=date(2024, 1, 1), recorded_in=second
    )
    third = next_revision(NOW, "third")
    everything = AgreementRecord.objects.all()
    assert list(believed(everything, first.number - 1)) == []
    assert list(believed(everything, first.number)) == [old]
    assert list(believed(everything, second.number)) == list(believed(everything, third.number)) == [new]
    assert list(believed(everything, None)) == [new]
    assert latest_revision() == third.number


@pytest.mark.skipif(
    os.environ.get("KVITTO_TEST_DATABASE") != "postgresql", reason="SQLite lets one transaction write at a time anyway"
)
@pytest.mark.django_db(transaction=True)
def test_a_revision_waits_for_the_one_before_it() -> None:
    """While one transaction holds an uncommitted revision, nobody gets a later number."""
    started = Event()
    committed: list[str] = []

    def second() -> int:
        started.set()
        with transaction.atomic():
            number = next_revision(NOW, "second").number
            assert committed == ["first"]
        connection.close()
        return number

    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            first = next_revision(NOW, "first").number
            waiting = pool.submit(second)
            assert started.wait(60)
            assert latest_revision() == first
            committed.append("first")
        assert waiting.result(60) == first + 1
