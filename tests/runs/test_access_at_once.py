"""Two people change who has access at the same moment, as real processes, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kvitto.access.policies import Policy
from kvitto.access.roles import Role
from kvitto.errors import UnableTo
from kvitto.invoicing.spending_limit import Removal
from kvitto.records.models import Person
from kvitto.records.policies import set_policy
from kvitto.runs.elevate import elevate
from kvitto.runs.give_role import Wish, grant, withdraw
from kvitto.runs.office import Office
from kvitto.runs.spending_limit import remove_limit
from tests.every_agreement import build, give, scope_of
from tests.faults import Job, run_jobs

FIRST = "first@example.com"
ROUNDS = 5  # as often as one person may ask twice a day
JOBS = "tests.runs.access_jobs"


def happened(home: Path, environment: dict[str, str], act: str) -> tuple[list[list[str]], dict[str, Any]]:
    """What each of the two got in each round, and what is left."""
    jobs = [
        Job(home, f"{JOBS}:{call}", arguments, environment=environment)
        for call, arguments in (("make", [str(ROUNDS)]), ("at_once", [act, str(ROUNDS)]), ("tell", []))
    ]
    made, done, told = run_jobs(jobs, patience=300)
    assert [made.status, done.status, told.status] == [0, 0, 0], made.err + done.err + told.err
    return json.loads(done.out), json.loads(told.out)


def test_two_owners_remove_each_other_at_once(tmp_path: Path, own_database: dict[str, str]) -> None:
    """One of them is no owner any more, and so may not: an owner is left each time."""
    got, left = happened(tmp_path / "office", own_database, "remove")
    for first, second in zip(*got, strict=True):
        assert sorted((first, second)) == ["None", "NotFound"]
    assert left["owners"] == [1] * ROUNDS


def test_two_owners_give_the_same_address_the_same_role_at_once(tmp_path: Path, own_database: dict[str, str]) -> None:
    """One person comes of it, with one role in each place."""
    got, left = happened(tmp_path / "office", own_database, "give")
    for first, second in zip(*got, strict=True):
        assert sorted((first, second)) == ["False", "True"]
    assert (left["new_people"], left["new_roles"]) == (1, ROUNDS)


def test_two_owners_answer_the_same_request_at_once(tmp_path: Path, own_database: dict[str, str]) -> None:
    """One request comes of a question that is sent twice, and one answer counts."""
    got, left = happened(tmp_path / "office", own_database, "ask")
    states = [state for _, state in left["requests"]]
    for granted, declined in zip(*got, strict=True):
        assert (granted, declined) in {
            ("granted", "UnableToAnswer"),
            ("UnableToAnswer", "declined"),
            ("granted", "declined"),
            ("granted", "UnableToAsk"),
        }
    assert set(states) <= {"granted", "declined"}
    assert len(states) == sum(one in {"granted", "declined"} for pair in zip(*got, strict=True) for one in pair)


ONLINE, ACCOUNT = scope_of("own", "mosp", "subscription"), scope_of("own", "mca", "account")
CHANGES: dict[str, Callable[[Office, Person], object]] = {
    "grant": lambda office, me: grant(office, me, Wish(ACCOUNT, Role.BILLING_ACCOUNT_READER, "new@example.com")),
    "withdraw": lambda office, me: withdraw(office, me, Wish(ACCOUNT, Role.BILLING_ACCOUNT_READER, "new@example.com")),
    "elevate": lambda office, me: elevate(office, me, ACCOUNT),
    "policy": lambda office, me: set_policy(me, ONLINE, Policy.INVOICES_SHARED, "on", office.now()),
    "limit": lambda office, me: remove_limit(office, me, ONLINE, Removal.INDEFINITELY),
}


@pytest.mark.parametrize("name", CHANGES)
def test_whether_somebody_may_is_asked_when_it_is_their_turn(name: str, office: Callable[..., Office]) -> None:
    """Whose role was taken away by the one before them changes nothing any more."""
    build({"own": ""})
    me = Person.objects.create_user(FIRST)
    give(me, Role.ACCOUNT_ADMINISTRATOR, scope_of("own", "mosp", "account"))
    give(me, Role.GLOBAL_ADMINISTRATOR, ACCOUNT)
    with CaptureQueriesContext(connection) as asked, suppress(UnableTo):
        CHANGES[name](office(), me)
    questions = [one["sql"] for one in asked.captured_queries]
    turn, roles = (
        next(index for index, sql in enumerate(questions) if sql.startswith("SELECT") and what in sql)
        for what in ("latest_revision", 'FROM "records_roleassignment"')
    )
    assert turn < roles
