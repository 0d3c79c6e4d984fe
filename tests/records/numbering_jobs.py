"""What the processes of the tests of numbering do: issue at the same time, fail in every way, tell what came of it."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

NOW = datetime(2024, 3, 5, 12, tzinfo=UTC)
FATES = {"well": 14, "rolled back": 2, "connection lost": 2, "killed before the commit": 1, "killed after it": 1}
ATTEMPTS_WITH_FAULTS = 3  # then a process is left in peace, so that the work ends
LETTERS = "KT"


@dataclass(frozen=True)
class Share:
    """What one process is to issue: documents `first` up to `end`, of which its neighbour has the second half too."""

    first: int
    end: int

    def documents(self, choose: random.Random) -> list[int]:
        """In an order of its own."""
        return choose.sample(range(self.first, self.end), self.end - self.first)


def shares(documents: int, processes: int) -> list[Share]:
    """Every document is in the shares of two processes, but for the first half share."""
    step = documents // processes
    return [Share(step * turn, min(step * (turn + 2), documents)) for turn in range(processes)]


def make(_arguments: Sequence[str]) -> None:
    """An empty office."""
    from tests.faults import make_office

    make_office()


def issue_at_once(arguments: Sequence[str]) -> None:
    """Issue so many documents by so many processes at the same time, each begun again when it was killed.

    Prints how many were killed. Whenever one ends, another one, whatever it is doing, is killed too.
    """
    from tests.faults import start_django

    documents, processes = map(int, arguments)
    start_django()
    from django.db import connections

    connections.close_all()  # a connection does not survive a fork
    choose = random.Random(documents)  # noqa: S311 - no secret
    parts = shares(documents, processes)
    attempts = dict.fromkeys(range(processes), 0)
    running: dict[int, int] = {}
    kills = 0
    for turn in range(processes):
        running[_started(parts[turn], turn, 0)] = turn
    while running:
        ended, status = os.wait()
        turn = running.pop(ended)
        if os.WIFSIGNALED(status):
            kills += 1
            attempts[turn] += 1
            running[_started(parts[turn], turn, attempts[turn])] = turn
        elif status:
            sys.exit(f"the process of turn {turn} failed")
        victims = [process for process, other in running.items() if attempts[other] < ATTEMPTS_WITH_FAULTS]
        if victims and choose.random() < 0.5:
            os.kill(choose.choice(victims), signal.SIGKILL)
    print(kills)  # noqa: T201 - how a process answers


def _started(share: Share, turn: int, attempt: int) -> int:
    child = os.fork()
    if child:
        return child
    try:
        _issue_share(share, turn, attempt)
    except BaseException:  # noqa: BLE001 - the test shall see it
        sys.__stderr__.write(traceback.format_exc())  # type: ignore[union-attr]
        os._exit(1)
    os._exit(0)


def _issue_share(share: Share, turn: int, attempt: int) -> None:
    """Batch by batch, of one document or many; what did not go well is tried again at the end."""
    choose = random.Random(f"{turn} {attempt}")  # noqa: S311 - no secret
    waiting = share.documents(choose)
    while waiting:
        size = choose.choice((1, 20, 100, 200))
        batch, waiting = waiting[:size], waiting[size:]
        fate = choose.choices(list(FATES), list(FATES.values()))[0] if attempt < ATTEMPTS_WITH_FAULTS else "well"
        if not _issue(batch, fate):
            waiting += batch


def _issue(batch: Sequence[int], fate: str) -> bool:
    """True if the batch is issued and committed."""
    from django.db import Error, connection, transaction

    from kvitto.records.issuing import issue_all

    try:
        with transaction.atomic():
            issue_all(list(_waiting(batch)), NOW)
            match fate:
                case "rolled back":
                    transaction.set_rollback(True)
                case "connection lost":
                    _lose(connection)
                case "killed before the commit":
                    os.kill(os.getpid(), signal.SIGKILL)
    except Error:
        assert fate == "connection lost"
        connection.close()
        return False
    if fate == "killed after it":
        os.kill(os.getpid(), signal.SIGKILL)
    return fate == "well"


def _lose(connection: Any) -> None:
    """End the connection in the middle of the transaction: by the server, or by closing SQLite's file."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    else:
        connection.connection.close()


def _waiting(batch: Sequence[int]) -> Iterator[Any]:
    """A draft for each document, one in ten of the second series."""
    from kvitto.agreements.hierarchy import Scope, ScopeKind
    from kvitto.invoicing.drafting import DraftFacts, draft
    from kvitto.records.issuing import Waiting
    from tests.invoicing.cast import FEBRUARY, KNOWN, charged, mosp, price

    drafted = draft(DraftFacts(mosp(), FEBRUARY, [charged("12.34")], {1: price()}, date(2024, 3, 5), KNOWN))
    for number in batch:
        scope = Scope(ScopeKind.SUBSCRIPTION, f"s{number}")
        yield Waiting(replace(drafted, subscription_id=scope.id), scope, LETTERS[number % 10 == 0])


def tell(_arguments: Sequence[str] = ()) -> None:
    """Print what was issued, as JSON; `wrong` names everything that is not as it must be."""
    from tests.faults import start_django

    start_django()
    from kvitto.records.audit_check import verify
    from kvitto.records.invoices import altered_invoices
    from kvitto.records.models import AuditEntry, InvoiceRecord, NumberSeries

    wrong = [*altered_invoices(), *map(str, verify().faults)]
    issued: dict[str, list[str]] = {letters: [] for letters in LETTERS}
    scopes: set[str] = set()
    for number, scope, text in InvoiceRecord.objects.order_by("number").values_list("number", "scope_key", "facts"):
        facts = json.loads(text)
        if (facts["number"], facts["subscription_id"]) != (number, scope) or scope in scopes:
            wrong.append(number)
        scopes.add(scope)
        issued[number[0]].append(number)
    taken = dict(NumberSeries.objects.values_list("name", "latest_number"))
    for letters, numbers in issued.items():
        expected = [f"{letters}-2024-{number:06}" for number, _ in zip(count(1), numbers, strict=False)]
        if numbers != expected or taken[f"{letters}-2024"] != len(numbers):
            wrong.append(f"series {letters}")
    entries = AuditEntry.objects.filter(action="invoice.issue").count()
    print(json.dumps({"issued": len(scopes), "entries": entries, "wrong": wrong}))  # noqa: T201 - how a process answers
