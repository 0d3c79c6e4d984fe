"""The retention run: what was kept long enough goes, numbers stay explained, and guards never stay lifted."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from kvitto.periods import Period
from kvitto.records.audit_check import verify
from kvitto.records.guards import letting_delete, missing_guards
from kvitto.records.models import (
    AuditEntry,
    DocumentRecord,
    InvoiceLink,
    InvoiceRecord,
    LotBalance,
    LotEntry,
    PaymentRecord,
    RefundRecord,
    Tombstone,
    UsageFile,
)
from kvitto.records.retention import BELONGINGS, series_of, unexplained_numbers
from kvitto.runs.check_store import check_store
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.office import Office
from kvitto.runs.retention import UnableToDelete, run_retention
from tests.campaign import size
from tests.faults import COMMAND, Job, copy_of, made_once, run_jobs
from tests.runs.offices import FEBRUARY_ROWS, FIRST_CLOSE, WITHOUT_QUAY, at, import_rows, made

pytestmark = pytest.mark.database
LAST_DAY_KEPT, FIRST_DAY_GONE = date(2031, 12, 31), date(2032, 1, 1)  # a Swedish seller, issued in 2024
FIRST, SECOND = "K-2024-000001", "K-2024-000002"


@pytest.fixture
def old(office: Callable[..., Office]) -> Office:
    """An office whose two invoices of February 2024 were issued in March, seen when they need not be kept."""
    spring = made(office(clock=FIRST_CLOSE), agreements=WITHOUT_QUAY)
    assert len(close(spring).issued) == 2
    return at(spring, FIRST_DAY_GONE)


def files_of(office: Office) -> list[Path]:
    """Documents and usage that lie on disk."""
    folders = (office.documents_folder, office.usage_folder)
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def record_payment(number: str, reverses: PaymentRecord | None = None) -> PaymentRecord:
    """A payment, or one that takes another back."""
    return PaymentRecord.objects.create(
        invoice_id=number, kind="reversal" if reverses else "payment", paid_on=FIRST_CLOSE, amount_minor=100,
        currency="USD", reverses=reverses, recorded_at=at_noon(),
    )  # fmt: skip


def at_noon() -> datetime:
    """A moment."""
    return datetime(2024, 3, 10, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_on_the_last_day_of_the_years_nothing_goes(old: Office) -> None:
    """Seven years after the end of 2024 end with 2031."""
    report = run_retention(at(old, LAST_DAY_KEPT))
    assert (report.documents, report.usage_files) == ((), 0)
    assert InvoiceRecord.objects.count() == 2


@pytest.mark.django_db
def test_the_day_after_documents_files_and_usage_go_and_leave_tombstones(old: Office) -> None:
    """Nothing is left on disk; the store, the trail, the numbers and the guards are in order; again changes nothing."""
    would = run_retention(old, dry_run=True)
    assert InvoiceRecord.objects.count() == 2
    report = run_retention(old)
    assert [one.number for one in report.documents] == [FIRST, SECOND]
    assert (would.documents, would.usage_files, would.usage_rows) == (
        report.documents, report.usage_files, report.usage_rows,
    )  # fmt: skip
    assert report.usage_rows == len(FEBRUARY_ROWS)
    assert (InvoiceRecord.objects.count(), DocumentRecord.objects.count(), UsageFile.objects.count()) == (0, 0, 0)
    assert files_of(old) == []
    stone = Tombstone.objects.get(number=FIRST)
    assert (stone.series, stone.issue_date, stone.rule) == ("K-2024", FIRST_CLOSE, "SE: 7 years")
    assert unexplained_numbers() == {}
    assert check_store(old).damage == ()
    assert missing_guards() == []
    deleted = AuditEntry.objects.filter(action="invoice.delete").order_by("number")
    assert [json.loads(entry.facts)["number"] for entry in deleted] == [FIRST, SECOND]
    assert verify().faults == ()
    entries = AuditEntry.objects.count()
    again = run_retention(old)
    assert (again.documents, again.usage_files) == ((), 0)
    assert AuditEntry.objects.count() == entries


@pytest.mark.django_db
def test_a_missing_number_is_told_and_a_tombstone_explains_one(old: Office) -> None:
    """A deleted invoice without a tombstone is a gap."""
    assert unexplained_numbers() == {}
    with transaction.atomic(), letting_delete(DocumentRecord, InvoiceRecord):
        DocumentRecord.objects.filter(invoice=FIRST).delete()
        InvoiceRecord.objects.filter(number=FIRST).delete()
    assert unexplained_numbers() == {"K-2024": 1}


@pytest.mark.django_db
def test_what_belongs_to_an_invoice_goes_with_it(old: Office) -> None:
    """Payments and what takes them back, refunds, links; of a lot an adjustment stays, so that its sum stays."""
    payment = record_payment(FIRST)
    record_payment(FIRST, reverses=payment)
    RefundRecord.objects.create(
        invoice_id=FIRST, reference="r1", step="completed", on_day=FIRST_CLOSE, amount_minor=1, currency="USD",
        credit_note_id=SECOND, payment=payment, recorded_at=at_noon(),
    )  # fmt: skip
    InvoiceLink.objects.create(invoice_id=FIRST, other_id=SECOND, kind="credit", recorded_at=at_noon())
    lot = LotBalance.objects.create(
        lot_key="gift", scope_kind="subscription", scope_key="lab", currency="USD", currency_decimals=2, left_minor=70
    )
    for kind, amount, invoice in (("new-credit", 100, None), ("settled-charges", -30, FIRST)):
        LotEntry.objects.create(
            lot=lot, kind=kind, amount_minor=amount, invoice_id=invoice, on_day=FIRST_CLOSE, recorded_at=at_noon()
        )
    run_retention(old)
    assert [model.objects.count() for model in (PaymentRecord, RefundRecord, InvoiceLink)] == [0, 0, 0]
    entries = LotEntry.objects.order_by("pk").values_list("kind", "amount_minor", "cause")
    assert list(entries) == [("new-credit", 100, ""), ("adjustment", -30, "retention")]
    assert missing_guards() == []


def test_every_model_that_refers_to_an_invoice_is_known() -> None:
    """A new one must say what becomes of it."""
    about = InvoiceRecord._meta  # noqa: SLF001 - Django's documented API
    assert {relation.related_model for relation in about.related_objects} == set(BELONGINGS)


@pytest.mark.django_db
def test_linked_documents_wait_for_the_last_of_them(old: Office) -> None:
    """What one that is still kept refers to is kept with it, and so is its usage."""
    with transaction.atomic(), letting_delete(DocumentRecord):
        DocumentRecord.objects.all().delete()
    young = InvoiceRecord.objects.get(number=SECOND)
    young.number, young.issue_date, young.edition = "K-2027-000001", date(2027, 3, 1), 2
    young.save(force_insert=True)
    InvoiceLink.objects.create(invoice_id=SECOND, other=young, kind="rebill", recorded_at=at_noon())
    report = run_retention(old)
    assert [one.number for one in report.documents] == [FIRST]
    kept = {"waves", "tides"} if young.scope_kind == "billing_profile" else {"lab"}
    assert UsageFile.objects.exists(), kept


@pytest.mark.django_db
def test_a_period_whose_invoice_was_deleted_is_never_invoiced_again(old: Office) -> None:
    """Closing finds it done."""
    run_retention(old)
    report = close(old, "2024-02")
    assert report.issued == ()
    assert {one.period for one in report.without_invoice} <= {Period(date(2024, 2, 1), date(2024, 3, 1))}
    assert {one.scope.scope.id for one in report.without_invoice}.isdisjoint({"lab", "cork"})


@pytest.mark.django_db
def test_usage_of_a_time_that_is_no_longer_kept_is_refused(old: Office) -> None:
    """Nobody could tell whether the row came before."""
    run_retention(old)
    import_rows(old, FEBRUARY_ROWS[:1])
    assert UsageFile.objects.count() == 0


@pytest.mark.django_db
def test_a_day_that_has_not_come_is_refused(old: Office) -> None:
    """What must be kept until then is not deleted today."""
    with pytest.raises(UnableToDelete, match="has not come yet"):
        run_retention(old, date(2033, 1, 1))


@pytest.mark.django_db
def test_guards_are_lifted_for_the_transaction_alone(old: Office) -> None:
    """Changing is refused even then; after a failure everything stands; outside a transaction it is a fault."""

    def fail() -> None:
        with transaction.atomic(), letting_delete(*BELONGINGS, InvoiceRecord):
            DocumentRecord.objects.all().delete()
            with pytest.raises(DatabaseError), transaction.atomic():
                InvoiceRecord.objects.update(payable_minor=0)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert DocumentRecord.objects.count() == 2
    assert missing_guards() == []
    with pytest.raises(DatabaseError), transaction.atomic():
        DocumentRecord.objects.all().delete()


def test_series_are_told_from_numbers() -> None:
    """Letters may begin other letters, and a form may count on over the years."""
    names = ["K-2023", "K-2024", "KN-2024", "T"]
    assert series_of("K-2024-000001", date(2024, 1, 1), names) == "K-2024"
    assert series_of("KN-2024-000001", date(2024, 1, 1), names) == "KN-2024"
    assert series_of("2023/K/7", date(2023, 1, 1), names) == "K-2023"
    assert series_of("T000001", date(2024, 1, 1), names) == "T"


@pytest.mark.campaign
def test_a_kill_at_any_step_leaves_guards_and_the_next_run_completes_it(
    tmp_path: Path, own_database: dict[str, str]
) -> None:
    """Killed before every commit and every removal of a file: guarded, explained, and finished by the next run."""
    home = tmp_path / "office"
    spring = {**own_database, "KVITTO_CLOCK": FIRST_CLOSE.isoformat()}
    arguments = [WITHOUT_QUAY, "\n".join(FEBRUARY_ROWS)]
    prepared = made_once(
        [
            Job(home, "tests.runs.closing_jobs:make", arguments, environment=spring),
            Job(home, COMMAND, ["period", "close"], environment=spring),
        ]
    )
    assert [outcome.status for outcome in prepared] == [0, 0], prepared
    clock = {"KVITTO_CLOCK": FIRST_DAY_GONE.isoformat()}
    delete = ["retention", "run", "--json"]
    tell = "tests.runs.retention_jobs:tell"
    with copy_of(home, own_database, tmp_path / "whole") as environment:
        whole, told = run_jobs(
            [
                Job(tmp_path / "whole", COMMAND, delete, environment={**environment, **clock}),
                Job(tmp_path / "whole", tell, environment={**environment, **clock}),
            ]
        )
    assert whole.status == 0, whole.err
    finished = json.loads(told.out)
    assert finished["wrong"] == []
    assert finished["documents"] == finished["files"] == []
    assert whole.steps.count("commit") >= 2
    for step in range(1, len(whole.steps) + 1, size(sample=9, full=1)):
        folder = tmp_path / f"killed{step}"
        with copy_of(home, own_database, folder) as environment:
            surroundings = {**environment, **clock}
            killed, found, completed, then = run_jobs(
                [
                    Job(folder, COMMAND, delete, environment=surroundings, kill_before=step),
                    Job(folder, tell, environment=surroundings),
                    Job(folder, COMMAND, delete, environment=surroundings),
                    Job(folder, tell, environment=surroundings),
                ]
            )
        assert killed.killed
        assert json.loads(found.out)["wrong"] == [], f"before step {step}: {whole.steps[step - 1]}"
        assert completed.status == 0, completed.err
        assert json.loads(then.out) == finished, f"before step {step}: {whole.steps[step - 1]}"
