"""Ask for real pages of a large office over HTTP, so many a second, and tell how long each kind took.

The portal runs as operators run it (`kvitto serve`), on one core where the system can say which. Questions come at
fixed moments whether or not the earlier ones were answered (open loop), so a slow page is not hidden by the pause it
causes; a page's time counts from the moment at which it should have been asked. Who asks, and for what, goes round.
Before that time the estimates are brought up to date and every page is asked for once. `--write` puts the figures, with
machine and date, into benchmarks/RESULTS.md.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from benchmarks.closing_office import environment
from benchmarks.rate_month import machine, measured, write
from benchmarks.serving_office import ENROLLMENT

AIM = 0.100
_OK = 200
_QUESTIONS_AT_ONCE = 32
_PEOPLE = 4  # of each kind
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Question:
    """A page by what it is called in the table, its address, and the cookie of who asks."""

    page: str
    address: str
    cookie: str


@dataclass(frozen=True)
class Answer:
    """How many seconds after it was due a question was answered, and whether as it should be."""

    page: str
    seconds: float
    is_right: bool


def open_office(home: Path) -> None:
    """Let this process read the office."""
    os.environ |= environment(home)
    import django

    django.setup()


def work_ahead(home: Path) -> float:
    """Bring the estimates up to date, as the office's own process would while it serves; how many seconds it took.

    What is measured is the office as it is most of the day: nothing came since, and so nothing is worked out beside.
    """
    from uuid import uuid4

    from kvitto.config.home import read_settings
    from kvitto.config.startup import initialise
    from kvitto.runs.jobs.kinds import LANES
    from kvitto.runs.jobs.work import Worker
    from kvitto.runs.jobs.work_ahead import ask_to_work_ahead

    office, began = read_settings(home, os.environ), time.perf_counter()
    initialise(office)
    ask_to_work_ahead(office)
    Worker(office, LANES["ahead"], uuid4()).do_waiting()
    return time.perf_counter() - began


def questions(home: Path) -> list[Question]:
    """Each kind of page of each kind of person, a few people of each, in the order in which they are asked."""
    by_group = {group: _cookies(group) for group in ("one", "few", "profile", "enrollment")}
    asked: dict[str, list[Question]] = defaultdict(list)
    for group, people in by_group.items():
        for (kind, key), cookie in people[:_PEOPLE]:
            for page, address in _pages_of(home, group, kind, key):
                asked[page].append(Question(page, address, cookie))
    longest = max(len(found) for found in asked.values())
    turns = {page: list(islice(cycle(found), longest)) for page, found in asked.items()}
    return [turns[page][turn] for turn in range(longest) for page in turns]


def _cookies(group: str) -> list[tuple[tuple[str, str], str]]:
    """What people of the group hold, and the cookie each is signed in by."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from kvitto.records.models import Person

    found = []
    for person in Person.objects.filter(email__startswith=f"{group}-").order_by("email"):
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()
        role = person.role_assignments.get()
        found.append(((role.scope_kind, role.scope_key), f"sessionid={session.session_key}"))
    return found


def _pages_of(home: Path, group: str, kind: str, key: str) -> Iterator[tuple[str, str]]:
    """What one person opens: their lists, an invoice, and daily usage of the open and the closed month."""
    from kvitto.records.models import AgreementRecord

    yield f"Subscriptions ({_SAID[group]})", "/subscriptions/"
    if group == "one":
        return
    if kind == "billing_profile":
        whole = f"/billing-profiles/{key}/"
        part = f"/invoice-sections/{key}-0/"
    else:
        records = AgreementRecord.objects.filter(kind="subscription")
        of_account = records.filter(facts__account_id=key) if group == "enrollment" else records.filter(parent=key)
        name = of_account.order_by("key").values_list("key", flat=True)[:3][2]
        whole = f"/billing-accounts/{key}/" if key == ENROLLMENT else f"/subscriptions/{name}/"
        part = f"/subscriptions/{name}/"
    said = {"few": "subscription", "profile": "profile of 50", "enrollment": "enrollment"}[group]
    yield f"Invoices of a {said}", f"{whole}invoices/"
    number = _invoice_of(whole)
    yield f"Invoice of a {said}", f"/invoices/{number}/"
    if group == "enrollment":
        yield "Subscriptions, page 3", "/subscriptions/?page=3"
        yield "Subscriptions, search", "/subscriptions/?search=workload+77"
    else:
        _make_pdf(home, number)
        yield "Invoice as PDF", f"/invoices/{number}.pdf"
    for by in ("day", "meter", "resource"):
        yield f"Daily usage by {by} of a {said}", f"{whole}periods/2024-03-01/?by={by}"
    yield "Daily usage, invoiced", f"{part}periods/2024-02-01/"
    yield (
        f"Daily usage, a part of the {said}" if part != whole else "Every charge",
        (f"{part}periods/2024-03-01/" if part != whole else f"{part}periods/2024-03-01/?by=charge"),
    )


_SAID = {"one": "1", "few": "25", "profile": "50 in a profile", "enrollment": "all of the enrollment"}


def _invoice_of(whole: str) -> str:
    from kvitto.records.models import InvoiceRecord

    return InvoiceRecord.objects.filter(scope_key=whole.split("/")[2]).values_list("number", flat=True)[0]


def _make_pdf(home: Path, number: str) -> None:
    from kvitto.config.home import read_settings
    from kvitto.runs.make_documents import invoice_pdf

    invoice_pdf(read_settings(home, os.environ), number)


@contextmanager
def serving(home: Path) -> Iterator[tuple[int, int]]:
    """The portal on the first core; the port and the process id of its worker."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "kvitto", "serve", "--port", str(port), "--workers", "1"]
    if shutil.which("taskset"):
        command = ["taskset", "--cpu-list", "0", *command]
    with subprocess.Popen(command, env={**os.environ, **environment(home, "2024-02")}) as process:
        try:
            _wait(port)
            yield port, process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == _OK:
                return
        except OSError:
            pass
        time.sleep(0.1)
    sys.exit("The portal does not answer")


_here = threading.local()


def ask(port: int, question: Question, due: float) -> Answer:
    """Ask one question on a connection that this thread keeps."""
    connection: http.client.HTTPConnection | None = getattr(_here, "connection", None)
    if connection is None:
        connection = _here.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Cookie": question.cookie, "Accept-Language": "en"}
    try:
        connection.request("GET", question.address, headers=headers)
        response = connection.getresponse()
        response.read()
        status = response.status
    except (OSError, http.client.HTTPException):
        _here.connection, status = None, 0
    return Answer(question.page, time.perf_counter() - due, status == _OK)


def ask_all(port: int, asked: Sequence[Question], rate: float, seconds: float) -> list[Answer]:
    """Ask at fixed moments for so many seconds."""
    with ThreadPoolExecutor(_QUESTIONS_AT_ONCE) as pool:
        started = time.perf_counter()
        waiting = []
        for number, question in enumerate(islice(cycle(asked), int(rate * seconds))):
            due = started + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            waiting.append(pool.submit(ask, port, question, due))
        return [one.result() for one in waiting]


def used_by(process: int) -> tuple[float, float]:
    """CPU seconds and peak MiB of a process and its children, where the system tells (Linux)."""
    if not Path("/proc/self/stat").exists():
        return 0.0, 0.0
    cpu, peak = 0.0, 0.0
    for one in (process, *_children(process)):
        fields = Path(f"/proc/{one}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        cpu += (int(fields[11]) + int(fields[12])) / _TICKS
        status = Path(f"/proc/{one}/status").read_text(encoding="ascii")
        peak += next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0) / 1024
    return cpu, peak


def _children(process: int) -> Iterator[int]:
    found = Path(f"/proc/{process}/task/{process}/children")
    for child in found.read_text(encoding="ascii").split() if found.exists() else ():
        yield int(child)
        yield from _children(int(child))


def table(answers: Sequence[Answer], first: Mapping[str, float]) -> str:
    """p50, p95 and the longest of each kind of page, and of all; `first`: the very first answer of each."""
    by_page: dict[str, list[float]] = defaultdict(list)
    for answer in answers:
        by_page[answer.page].append(answer.seconds)
    lines = ["| ms | Asked | p50 | p95 | Longest | First ever |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    lines += (_line(page, by_page[page], f"{first.get(page, 0) * 1000:,.0f}") for page in sorted(by_page))
    return "\n".join([*lines, _line("**All**", [one.seconds for one in answers], "")])


def _line(name: str, seconds: Sequence[float], first: str) -> str:
    told = (percentile(seconds, 50), percentile(seconds, 95), max(seconds))
    return f"| {name} | {len(seconds)} | {' | '.join(f'{one * 1000:,.0f}' for one in told)} | {first} |"


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many of a hundred do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def measure(home: Path, rate: float, seconds: float) -> str:
    """Serve the office and ask; the figures as Markdown."""
    open_office(home)
    ahead = work_ahead(home)
    asked = questions(home)
    with serving(home) as (port, process):
        first: dict[str, float] = {}
        for question in dict.fromkeys(asked):
            answer = ask(port, question, time.perf_counter())
            if not answer.is_right:
                sys.exit(f"{question.page}: {question.address} is not answered")
            first.setdefault(question.page, answer.seconds)
        before, _ = used_by(process)
        answers = ask_all(port, asked, rate, seconds)
        after, peak = used_by(process)
    wrong = sum(not answer.is_right for answer in answers)
    used = (after - before) / seconds
    summary = (
        f"{rate:,g} pages a second for {seconds:,.0f} s, {wrong} wrong answers; CPU {used * 100:.0f} % of one core,"
        f" {used * 1000 / rate:.0f} ms a page, peak {peak:,.0f} MiB."
        f" Before, estimates were brought up to date in {ahead:,.0f} s."
    )
    return f"{table(answers, first)}\n\n{summary}"


def told_of(made: Mapping[str, str], subscriptions: int) -> str:
    """What the office holds."""
    return (
        f"{subscriptions:,} subscriptions, {int(made['rows']):,} rows, {int(made['invoices']):,} invoices;"
        f" {int(made['periods']):,} estimates were worked out ahead in {int(made['seconds_of_refresh']):,} s."
    )


def main() -> None:
    """Read the arguments, measure, and print or write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscriptions", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--home", type=Path, help="an office made before by serving_office.py")
    parser.add_argument("--write", action="store_true", help="write the figures to benchmarks/RESULTS.md")
    given = parser.parse_args()
    busy = f"Processes of others that wanted to run when it began: {os.getloadavg()[0]:.1f}, on {os.cpu_count()} cores."
    with tempfile.TemporaryDirectory(prefix="kvitto-bench-") as folder:
        home, made = given.home, ""
        if home is None:
            home = Path(folder) / "office"
            told = measured("serving_office.py", home, given.subscriptions, given.rows).answer
            made = told_of(told, given.subscriptions)
            print(json.dumps(told), flush=True)
        text = "\n\n".join(
            [made, measure(home, given.rate, given.seconds), busy, f"Aim: p95 at most {AIM * 1000:.0f} ms."]
        )
    print(text)
    if given.write:
        write("serve pages", f"## Serve pages\n\n{machine()}. `make bench`\n\n{text}")


if __name__ == "__main__":
    main()
