"""Questions whose SQL is written once give what Django gives when it is asked anew."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Max, Q, QuerySet
from pytest_django.fixtures import DjangoAssertNumQueries

from kvitto.records.models import InvoiceLink, OfficeFact, Person, Revision
from kvitto.records.prepared import Given, prepared

pytestmark = pytest.mark.django_db
DAY = date(2024, 2, 1)


@prepared
def _revisions(causes: list[Given], since: Given) -> QuerySet[Revision, tuple[int, datetime, str]]:
    rows = Revision.objects.filter(cause__in=causes, recorded_at__gte=since).order_by("number")
    return rows.values_list("number", "recorded_at", "cause")


@prepared
def _people(key: Given, email: Given) -> QuerySet[Person, tuple[object, ...]]:
    return Person.objects.filter(Q(pk=key) | Q(email=email)).order_by("email").values_list("pk", "email", "preferences")


@prepared
def _latest(cause: Given) -> QuerySet[Revision, tuple[str, int]]:
    return Revision.objects.filter(cause=cause).values_list("cause").annotate(Max("number")).order_by()


def _recorded(*causes: str) -> list[Revision]:
    return [
        Revision.objects.create(number=number, cause=cause, recorded_at=datetime(2024, 2, number, tzinfo=UTC))
        for number, cause in enumerate(causes, 1)
    ]


def test_values_come_as_the_fields_give_them(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """Moments with their zone, ids as they are; and one query for any number of keys."""
    _recorded("a", "b", "c", "a")
    since = datetime(2024, 2, 2, tzinfo=UTC)
    with django_assert_num_queries(1):
        found = _revisions(causes=["a", "b", "never"], since=since)
    rows = Revision.objects.filter(cause__in=["a", "b"], recorded_at__gte=since).order_by("number")
    assert found == list(rows.values_list("number", "recorded_at", "cause"))
    assert len(found) == 2


def test_each_question_has_its_own_values() -> None:
    """Nothing of an earlier question stays, neither its values nor how many there were, nor its answer."""
    _recorded("a", "b")
    since = datetime(2024, 1, 1, tzinfo=UTC)
    asked: tuple[list[str], ...] = (["a"], ["b"], ["a", "b"], ["b", "b", "a"], ["c"], [])
    assert [[cause for *_, cause in _revisions(causes=some, since=since)] for some in asked] == [
        ["a"], ["b"], ["a", "b"], ["a", "b"], [], [],
    ]  # fmt: skip
    Revision.objects.create(number=3, cause="c", recorded_at=since)
    assert len(_revisions(causes=["c"], since=since)) == 1


def test_ids_and_kept_values_are_found() -> None:
    """An id stands in the database as each database keeps ids."""
    person = Person.objects.create_user("first@example.com", None, preferences={"mail": True})
    Person.objects.create_user("second@example.com", None)
    assert _people(key=person.pk, email="nobody@example.com") == [(person.pk, "first@example.com", {"mail": True})]
    assert _people(key=uuid4(), email="nobody@example.com") == []
    assert [email for _, email, _ in _people(key=person.pk, email="second@example.com")] == [
        "first@example.com",
        "second@example.com",
    ]


@prepared
def _lost(numbers: list[Any]) -> QuerySet[InvoiceLink, tuple[int]]:
    return InvoiceLink.objects.filter(invoice_id__in=numbers).values_list("pk")


def test_a_question_that_would_lose_its_values_is_refused() -> None:
    """Of a relation Django makes texts at once; the author is told to name the key's column."""
    with pytest.raises(AssertionError, match="name the column"):
        _lost(numbers=["K-1"])


def test_sums_are_grouped_as_asked() -> None:
    """Also where the database adds up or compares."""
    _recorded("a", "a", "b")
    assert _latest(cause="a") == [("a", 2)]


def test_hostile_values_stay_values() -> None:
    """What is given is never part of the statement."""
    OfficeFact.objects.create(name="x", value="y")
    _recorded("a")
    assert _latest(cause="a' OR '1'='1") == []
    assert _latest(cause="%s") == []
