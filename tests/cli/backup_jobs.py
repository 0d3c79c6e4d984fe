"""What the processes of the tests of backups do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path


def tell(_arguments: Sequence[str]) -> None:
    """Print a digest of every table, the documents on disk, and what is not in order, as JSON."""
    from tests.faults import start_django

    office = start_django()
    from django.apps import apps
    from django.core import serializers

    from kvitto.records.audit_check import verify
    from kvitto.records.guards import missing_guards
    from kvitto.runs.check_store import check_store

    tables = {
        kind._meta.db_table: _digest(serializers.serialize("json", kind._default_manager.order_by("pk")).encode())  # noqa: SLF001 - Django's own
        for kind in apps.get_models(include_auto_created=True)
    }
    documents = {
        path.name: _digest(path.read_bytes()) for path in office.documents_folder.rglob("*.*") if path.is_file()
    }
    wrong = [*missing_guards(), *map(str, verify().faults), *map(str, check_store(office).damage)]
    print(json.dumps({"tables": tables, "documents": documents, "wrong": wrong}))  # noqa: T201 - how a process answers


def ask(_arguments: Sequence[str]) -> None:
    """Ask for a closing, as an operator's page does, and leave a prepared file behind."""
    from tests.faults import start_django

    office = start_django()
    from kvitto.records.models import Person
    from kvitto.runs.jobs.close_due import ask_to_close
    from kvitto.runs.jobs.prepared_files import write_prepared

    job = ask_to_close(office, Person.objects.get(email="anna@daugava.example"))
    write_prepared(office, f"{job.pk}.csv", [b"what somebody asked for"])


_KEY = "JBSWY3DPEHPK3PXP"


def sign_up(_arguments: Sequence[str]) -> None:
    """Somebody with an app that makes codes, who is signed in."""
    from tests.faults import start_django

    start_django()
    from allauth.mfa.totp.internal.auth import TOTP
    from django.test import Client

    from kvitto.records.models import Person

    person = Person.objects.create_user("anna@nordlys.example", "ten brave lanterns")
    TOTP.activate(person, _KEY)
    Client().force_login(person)


def tell_codes(_arguments: Sequence[str]) -> None:
    """Print how many apps make codes that are right, and how many sessions there are."""
    from tests.faults import start_django

    start_django()
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.models import Authenticator
    from django.contrib.sessions.models import Session

    keys = [get_adapter().decrypt(one.data["secret"]) for one in Authenticator.objects.filter(type="totp")]
    print(json.dumps({"right": keys.count(_KEY), "apps": len(keys), "sessions": Session.objects.count()}))  # noqa: T201 - how a process answers


def tell_jobs(_arguments: Sequence[str]) -> None:
    """Print how the jobs stand, and which prepared files there are."""
    from tests.faults import start_django

    office = start_django()
    from kvitto.records.models import Job

    files = [path.name for path in office.prepared_folder.glob("*")]
    print(json.dumps({"states": list(Job.objects.values_list("state", flat=True)), "files": files}))  # noqa: T201 - how a process answers


def alter(_arguments: Sequence[str]) -> None:
    """Change an invoice behind the guards' back, and put them up again."""
    from tests.faults import start_django

    start_django()
    from kvitto.records.guards import install_guards
    from kvitto.records.models import InvoiceRecord
    from tests.lifted_guards import lift_guards

    lift_guards()
    InvoiceRecord.objects.filter(number="K-2024-000001").update(payable_minor=1)
    install_guards()


def work(arguments: Sequence[str]) -> None:
    """Take in usage of March, file after file, and issue its invoices in the middle."""
    from tests.faults import start_django

    office = start_django()
    from kvitto.runs.closing.issue_invoices import close
    from tests.runs.offices import at, import_rows

    april = at(office, date(2024, 4, 10))
    files = int(arguments[0])
    for number in range(files):
        rows = [f"w{number}-{row},lab,vm1,cpu,1,2024-03-{row + 1:02}T10:00:00Z" for row in range(20)]
        import_rows(april, rows, f"work{number}.csv")
        if number == files // 2:
            assert close(april).issued


def back_up_into(arguments: Sequence[str]) -> None:
    """One backup after another."""
    from tests.faults import start_django

    office = start_django()
    from kvitto.runs.backup import back_up

    for target in arguments:
        back_up(office, Path(target), b"")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
