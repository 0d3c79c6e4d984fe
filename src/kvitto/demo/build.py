"""Builds the demonstration office from files that then lie in its home, for the newcomer to read and change.

The clock walks: January's GPU sessions are billed in February, some more of them come late; February's usage comes in
on 1 March, invoices are made on the days they fall due, files of March are taken in on the 15th (when half of them
still lies in the future and is refused) and again on the 20th. Each step can be repeated, and a walk that was
interrupted goes on where it stopped.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.demo import LAST_DAY
from kvitto.language import Phrase, phrase
from kvitto.periods import midnight
from kvitto.records.invoices import list_invoices
from kvitto.records.models import Person
from kvitto.records.office import office_fact, set_office_fact
from kvitto.records.people import known_people, make_operator, person_called
from kvitto.runs.apply_agreements import apply
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.copy_requests import ask
from kvitto.runs.give_role import Wish, grant
from kvitto.runs.import_prices import import_prices
from kvitto.runs.office import Office
from kvitto.runs.take_in_usage import take_in

_FILES = Path(__file__).parent / "files"
_PROGRESS = "demo_steps_done"
OPERATOR = "ebba@norrsken.example"  # sees the operator's pages and no bill
_LAB, _RESEARCH = "3f5b6c1e-8a57-4a0e-9d3e-0c1a5b7d2e01", "utrecht"


@dataclass(frozen=True)
class Step:
    """One thing that is done on one day of the walk, and the sentence that says it."""

    day: date
    sentence: Phrase
    work: Callable[[Office, Path], object]


def build(office: Office, say: Callable[[Phrase], None]) -> None:
    """Walk the office to 20 March 2024. What was done before is not done again."""
    files = office.home / "files"
    shutil.copytree(_FILES, files, dirs_exist_ok=True, copy_function=_copy_once)
    done = int(office_fact(_PROGRESS) or 0)
    for number, step in enumerate(_walk(), start=1):
        if number > done:
            say(phrase("{day}: {sentence}", day=step.day, sentence=step.sentence))
            step.work(replace(office, clock=midnight(step.day)), files)
            set_office_fact(_PROGRESS, str(number))


def _walk() -> Iterator[Step]:
    february_10, start, march_15 = date(2024, 2, 10), date(2024, 3, 1), date(2024, 3, 15)
    closing = phrase("what is due is invoiced")
    yield Step(
        february_10,
        phrase("agreements are applied"),
        lambda office, files: apply(office, files / "agreements.toml"),
    )
    yield Step(february_10, phrase("prices are imported"), _import_all_prices)
    yield Step(february_10, phrase("the GPU sessions of January are taken in"), _gpu_sessions("2024-01"))
    yield Step(february_10, closing, _close)
    yield Step(
        date(2024, 2, 20),
        phrase("sessions of January come late, and some are taken back"),
        _gpu_sessions("2024-01-late"),
    )
    yield Step(start, phrase("the usage of February is taken in"), _usage_of_february)
    yield Step(start, closing, _close)
    yield Step(date(2024, 3, 5), closing, _close)
    yield Step(march_15, phrase("the usage of March is taken in; what lies in the future is refused"), _usage_of_march)
    yield Step(march_15, closing, _close)
    yield Step(LAST_DAY, phrase("the same files again: what was in the future is accepted"), _usage_of_march)
    yield Step(LAST_DAY, closing, _close)
    yield Step(LAST_DAY, phrase("somebody runs the office"), _operator)
    yield Step(LAST_DAY, phrase("a role is given, and a copy of an invoice is asked for"), _share)


def _import_all_prices(office: Office, files: Path) -> None:
    mappings, prices = files / "mappings", files / "prices"
    import_prices(office, mappings / "vm-prices.toml", [prices / "azure-vm-payg-price-history.csv.gz"])
    import_prices(office, mappings / "object-storage-prices.toml", [prices / "object-storage.csv"])
    for sheet in ("list", "fjallbygd", "partner"):
        import_prices(office, mappings / f"gpu-prices-{sheet}.toml", [prices / "gpu.csv"])


def _usage(mapping: str, name: str) -> Callable[[Office, Path], object]:
    return lambda office, files: take_in(office, files / "mappings" / f"{mapping}.toml", [files / "usage" / name])


def _gpu_sessions(month: str) -> Callable[[Office, Path], object]:
    return _usage("gpu-sessions", f"gpu-sessions-{month}.csv")


def _usage_of_february(office: Office, files: Path) -> None:
    _usage("vm-jobs", "azure-vm-jobs-2024-02.csv.gz")(office, files)
    _gpu_sessions("2024-02")(office, files)


def _usage_of_march(office: Office, files: Path) -> None:
    _usage("vm-jobs", "azure-vm-jobs-2024-03-before-20.csv.gz")(office, files)
    _usage("object-storage", "object-storage-2024-02-03.csv")(office, files)
    _gpu_sessions("2024-03")(office, files)


def _close(office: Office, _files: Path) -> None:
    close(office)


def _operator(office: Office, _files: Path) -> None:
    if not known_people().filter(email=OPERATOR).exists():
        Person.objects.create_user(OPERATOR, name="Ebba Norrsken", language="sv", time_zone="Europe/Stockholm")
    make_operator(person_called(OPERATOR), is_operator=True, at=office.now())


def _share(office: Office, _files: Path) -> None:
    """Saskia lets Yating look after her billing profile; Erik, who may not download invoices, asks Astrid for one."""
    profile = Scope(ScopeKind.BILLING_PROFILE, _RESEARCH)
    saskia = person_called("saskia@harbour.example")
    grant(office, saskia, Wish(profile, Role.BILLING_PROFILE_READER, "yating@harbour.example"))
    lab = Scope(ScopeKind.SUBSCRIPTION, _LAB)
    newest = list_invoices([lab])[0].number
    ask(office, person_called("erik@lindqvist.example"), newest, "For the yearly audit.")


def _copy_once(source: str, target: str) -> str:
    # A newcomer may have changed the file already; what lies in the home is theirs.
    return target if Path(target).exists() else shutil.copy2(source, target)
