"""What the processes of the tests of roles and requests do: change the same thing at the same moment."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kvitto.runs.office import Office

FIRST, SECOND, NEW = "first@example.com", "second@example.com", "new@example.com"
PEOPLE = (FIRST, SECOND)


def make(arguments: Sequence[str]) -> None:
    """An office with a customer for each round, whose billing account has two owners."""
    from tests.faults import make_office, start_django

    make_office()
    start_django()
    from django.db import transaction

    from kvitto.access.roles import Role
    from kvitto.records.models import Person
    from tests.every_agreement import build, give, scope_of

    rounds = int(arguments[0])
    with transaction.atomic():
        build({f"r{number}": "" for number in range(rounds)})
        for email in PEOPLE:
            owner = Person.objects.create_user(email)
            for number in range(rounds):
                give(owner, Role.BILLING_ACCOUNT_OWNER, scope_of(f"r{number}", "mca", "account"))
        Person.objects.create_user("asker@example.com")


def at_once(arguments: Sequence[str]) -> None:
    """Two processes do their part of each round at the same moment; prints what each got."""
    from tests.faults import start_django

    office = start_django()
    from django.db import connections

    connections.close_all()  # a connection does not survive a fork
    act, rounds = _ACTS[arguments[0]], int(arguments[1])
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(2), context.Queue()

    def take_part(turn: int) -> None:
        got = []
        for number in range(rounds):
            barrier.wait(60)
            got.append(act(office, turn, number))
        results.put((turn, got))

    processes = [context.Process(target=take_part, args=(turn,)) for turn in (0, 1)]
    for process in processes:
        process.start()
    found = dict(results.get(timeout=60) for _ in processes)
    for process in processes:
        process.join()
    print(json.dumps([found[0], found[1]]))  # noqa: T201 - how a process answers


def tell(_arguments: Sequence[str]) -> None:
    """Prints what is left: owners of each account, people with the new address, requests by their state."""
    from tests.faults import start_django

    start_django()
    from django.db.models import Count

    from kvitto.records.models import CopyRequest, Person, RoleAssignment

    current = RoleAssignment.objects.filter(superseded_in=None, valid_to=None)
    owners = current.filter(role="billing-account-owner").values_list("scope_key").annotate(Count("pk"))
    told = {
        "owners": sorted(count for _, count in owners),
        "new_people": Person.objects.filter(email=NEW).count(),
        "new_roles": current.filter(person__email=NEW).count(),
        "requests": sorted(CopyRequest.objects.values_list("wanted", "state")),
    }
    print(json.dumps(told))  # noqa: T201 - how a process answers


def _said(attempt: Callable[[], object]) -> str:
    """What came of it: the value as text, or the name of what was raised."""
    from kvitto.errors import UnableTo

    try:
        return str(attempt())
    except UnableTo as error:
        return type(error).__name__


def _remove_the_other(office: Office, turn: int, number: int) -> str:
    from kvitto.access.roles import Role
    from kvitto.records.models import Person
    from kvitto.runs.give_role import Wish, withdraw
    from tests.every_agreement import scope_of

    me, other = Person.objects.get(email=PEOPLE[turn]), PEOPLE[1 - turn]
    account = scope_of(f"r{number}", "mca", "account")
    return _said(lambda: withdraw(office, me, Wish(account, Role.BILLING_ACCOUNT_OWNER, other)))


def _give_the_same(office: Office, turn: int, number: int) -> str:
    from kvitto.access.roles import Role
    from kvitto.records.models import Person
    from kvitto.runs.give_role import Wish, grant
    from tests.every_agreement import scope_of

    me = Person.objects.get(email=PEOPLE[turn])
    profile = scope_of(f"r{number}", "mca", "profile")
    return _said(lambda: grant(office, me, Wish(profile, Role.BILLING_PROFILE_READER, NEW)))


def _ask_and_answer(office: Office, turn: int, number: int) -> str:
    """Both ask the same as one person; then one grants and one declines. Asked too late, it is open already."""
    from kvitto.access.roles import Role
    from kvitto.records.models import Person
    from kvitto.runs.copy_requests import ask, decline, grant

    asker = Person.objects.get(email="asker@example.com")
    me = Person.objects.get(email=PEOPLE[turn])

    def answer() -> str:
        asked = ask(office, asker, f"r{number}-mca-profile")
        answered = decline(office, me, asked.pk) if turn else grant(office, me, asked.pk, Role.BILLING_PROFILE_READER)
        return answered.state

    return _said(answer)


_ACTS = {"remove": _remove_the_other, "give": _give_the_same, "ask": _ask_and_answer}
