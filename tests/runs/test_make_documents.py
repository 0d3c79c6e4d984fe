"""Documents that are kept, copies, and usage files that add up to the invoice for ever."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kvitto.agreements.hierarchy import InvoiceScope, Scope, ScopeKind
from kvitto.language import LANGUAGES
from kvitto.money import exact_sum
from kvitto.periods import calendar_month
from kvitto.records.agreements import invoice_scope, invoice_scope_of_subscription
from kvitto.records.invoices import Altered, NotIssued, list_invoices, load
from kvitto.records.models import DocumentRecord, InvoiceRecord
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.document_files import UnableToKeep
from kvitto.runs.make_documents import DamagedDocument, UnknownLanguage, invoice_pdf, render_missing, usage_csv
from kvitto.runs.office import Office
from kvitto.runs.period_charges import NoLongerAddsUp
from kvitto.usage import durable
from tests.documents.cast import text_of
from tests.lifted_guards import lift_guards
from tests.runs.offices import FIRST_CLOSE, at, import_price, import_rows, made_and_closed

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MakeOffice = Callable[..., Office]
FEBRUARY = calendar_month(date(2024, 2, 1))
MARCH = calendar_month(date(2024, 3, 1))


@pytest.fixture
def closed(office: MakeOffice) -> Office:
    """The small office after its first close: an invoice for the lab, and one for each of two billing profiles."""
    return made_and_closed(office(FIRST_CLOSE))


def scope_of(kind: ScopeKind, key: str) -> InvoiceScope:
    """What the invoice is made for."""
    found = invoice_scope(Scope(kind, key))
    assert found
    return found


def number_of(key: str) -> str:
    """The number of the only invoice of this scope."""
    (number,) = [invoice.number for invoice in list_invoices() if invoice.scope.id == key]
    return number


def rows_of(pieces: Iterable[bytes]) -> list[dict[str, str]]:
    """The rows of a usage file."""
    return list(csv.DictReader(io.StringIO(b"".join(pieces).decode("utf-8-sig"), newline="")))


def cost(rows: Iterable[dict[str, str]]) -> Decimal:
    """Σ Cost."""
    return exact_sum(Decimal(row["Cost"]) for row in rows)


def test_each_invoice_has_one_document_that_is_what_the_record_says(closed: Office) -> None:
    """The close made them; size, digest and what they were made with are recorded, and the files are there."""
    documents = list(DocumentRecord.objects.all())
    assert len(documents) == InvoiceRecord.objects.count() == 3
    for document in documents:
        content = (closed.documents_folder / document.path).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (document.bytes, document.digest)
        assert content.startswith(b"%PDF-")
        assert (document.kind, document.language) == ("invoice-pdf", "en")
        assert "typst" in document.made_with
        assert text_of(content).count(document.invoice_id) > 1


def test_what_is_missing_is_made_and_what_is_there_stays(closed: Office) -> None:
    """A second run makes nothing; after records were lost it makes the same bytes under the same name again."""
    kept = {document.path: document.digest for document in DocumentRecord.objects.all()}
    assert render_missing(closed) == 0
    lift_guards()
    DocumentRecord.objects.all().delete()
    assert render_missing(closed) == 3
    assert {document.path: document.digest for document in DocumentRecord.objects.all()} == kept
    assert not list(closed.documents_folder.rglob("*.aside"))


def test_an_interrupted_write_leaves_no_document_and_the_next_run_makes_it(
    closed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is recorded before the file is durable under its name; closing tells it, and what is issued stays."""
    lift_guards()
    DocumentRecord.objects.all().delete()

    def no_room(_path: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(durable, "rename", no_room)
        with pytest.raises(UnableToKeep, match="cannot be kept: No space left"):
            render_missing(closed)
        assert "cannot be kept" in str(close(closed).documents_trouble)
    assert not DocumentRecord.objects.exists()
    assert not list(closed.documents_folder.rglob("*.aside"))
    assert render_missing(closed) == 3


def test_what_a_dead_run_left_is_swept_after_a_day(closed: Office) -> None:
    """A half-written file of yesterday goes; one that may still be written stays."""
    folder = closed.documents_folder / "2024"
    old, fresh = folder / ".old.aside", folder / ".fresh.aside"
    old.write_bytes(b"%PDF")
    fresh.write_bytes(b"%PDF")
    os.utime(old, (0, 0))
    assert render_missing(closed) == 0
    assert not old.exists()
    assert fresh.exists()


def test_the_stored_document_is_handed_out_and_missing_ones_are_made_on_the_way(closed: Office) -> None:
    """The payer's language gives the stored bytes, also by its code, also when they were not made yet."""
    number = number_of("lab")
    stored = (closed.documents_folder / DocumentRecord.objects.get(invoice_id=number).path).read_bytes()
    assert invoice_pdf(closed, number) == stored == invoice_pdf(closed, number, "en")
    lift_guards()
    DocumentRecord.objects.all().delete()
    assert invoice_pdf(closed, number) == stored


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_another_language_gives_a_copy_that_is_not_stored(closed: Office, language: str) -> None:
    """A copy is made on demand, the same bytes each time, and differs from the original."""
    number = number_of("lab")
    copy = invoice_pdf(closed, number, language)
    assert copy == invoice_pdf(closed, number, language) != invoice_pdf(closed, number)
    assert number in text_of(copy)
    assert DocumentRecord.objects.filter(invoice_id=number).count() == 1


def test_a_document_that_was_changed_is_refused(closed: Office) -> None:
    """A stored file whose digest is not the recorded one is never handed out."""
    number = number_of("lab")
    path = closed.documents_folder / DocumentRecord.objects.get(invoice_id=number).path
    path.write_bytes(path.read_bytes() + b"%")
    with pytest.raises(DamagedDocument, match="is not the one that was made") as refused:
        invoice_pdf(closed, number)
    assert f": 2024/{path.name} has changed" in str(refused.value)
    path.unlink()
    with pytest.raises(DamagedDocument, match="cannot be read"):
        invoice_pdf(closed, number)


def test_what_does_not_exist_is_said(closed: Office) -> None:
    """An unknown number and an unknown language have sentences of their own."""
    with pytest.raises(NotIssued, match="There is no invoice K-1999-000001"):
        invoice_pdf(closed, "K-1999-000001")
    with pytest.raises(UnknownLanguage, match="no documents in “xx”"):
        invoice_pdf(closed, number_of("lab"), "xx")


def test_an_altered_invoice_stops_no_other_document(closed: Office) -> None:
    """The documents of sound invoices are made; then the altered one is told."""
    lift_guards()
    DocumentRecord.objects.all().delete()
    altered = InvoiceRecord.objects.order_by("number")[0]
    InvoiceRecord.objects.filter(number=altered.number).update(facts=altered.facts.replace("Stockholm", "Stokholm"))
    with pytest.raises(Altered, match=altered.number):
        render_missing(closed)
    assert DocumentRecord.objects.count() == 2


def test_usage_files_of_issued_periods_add_up_to_their_invoices(closed: Office) -> None:
    """Σ Cost is the invoice's total of lines, and by meter and subscription its line's amount, to the last digit."""
    for issued in list_invoices():
        invoice = load(issued.number)
        rows = rows_of(usage_csv(closed, scope_of(issued.scope.kind, issued.scope.id), issued.period))
        assert cost(rows) == invoice.totals.lines
        assert {row["InvoiceId"] for row in rows} <= {issued.number}
        for line in invoice.lines:
            assert cost(row for row in rows if row["LineItemNumber"] == str(line.number)) == line.amount


def test_an_issued_period_gives_the_same_file_whatever_is_known_later(closed: Office) -> None:
    """Late usage and new prices do not change it: it is rated at the invoice's own as-of."""
    scope = scope_of(ScopeKind.SUBSCRIPTION, "lab")
    before = b"".join(usage_csv(closed, scope, FEBRUARY))
    import_price(closed, "cpu,0.7,2024-02-02")
    import_rows(closed, ["late,lab,vm1,cpu,5,2024-02-05T00:00:00Z"], "late.csv")
    assert b"".join(usage_csv(closed, scope, FEBRUARY)) == before


def test_an_open_period_is_unrounded_and_as_known_now(closed: Office) -> None:
    """Its file has no invoice, no rounding rows, and grows with what is taken in."""
    scope, today = scope_of(ScopeKind.SUBSCRIPTION, "lab"), at(closed, date(2024, 3, 20))
    assert rows_of(usage_csv(today, scope, MARCH)) == []
    import_rows(today, ["new,lab,vm1,cpu,0.125,2024-03-05T00:00:00Z"], "march.csv")
    (row,) = rows_of(usage_csv(today, scope, MARCH))
    assert (row["Cost"], row["InvoiceId"], row["ChargeType"], row["Date"]) == ("0.0125", "", "Usage", "03/05/2024")


def test_a_file_that_is_not_taken_to_its_end_can_be_let_go(closed: Office) -> None:
    """Closing it frees what was rated, whether or not a piece was taken."""
    scope = scope_of(ScopeKind.SUBSCRIPTION, "lab")
    for taken in (0, 1):
        file = usage_csv(closed, scope, FEBRUARY)
        for _ in range(taken):
            next(file)
        file.close()
        file.close()


def test_usage_that_waits_for_a_price_is_named_beside_the_file(closed: Office) -> None:
    """What has no price is in no row, and told."""
    today = at(closed, date(2024, 3, 20))
    import_rows(today, ["odd,lab,vm1,tpu,1,2024-03-05T00:00:00Z"], "march.csv")
    file = usage_csv(today, scope_of(ScopeKind.SUBSCRIPTION, "lab"), MARCH)
    assert rows_of(file) == []
    assert [(usage.meter, usage.rows) for usage in file.unpriced] == [("tpu", 1)]


def test_a_part_of_a_profile_gets_its_own_rows(closed: Office) -> None:
    """One subscription's file has its usage and rounding; the files of all of them add up to the invoice."""
    whole = scope_of(ScopeKind.BILLING_PROFILE, "cork")
    parts = [
        rows_of(usage_csv(closed, replace(whole, subscriptions=(subscription,)), FEBRUARY))
        for subscription in whole.subscriptions
    ]
    assert [{row["SubscriptionId"] for row in rows} for rows in parts] == [{"tides"}, {"waves"}]
    assert exact_sum(map(cost, parts)) == load(number_of("cork")).totals.lines


def test_the_file_is_utf_8_with_a_mark_unless_told_not_to(closed: Office) -> None:
    """The same rows with and without the byte order mark."""
    scope = scope_of(ScopeKind.SUBSCRIPTION, "lab")
    with_bom, without = (b"".join(usage_csv(closed, scope, FEBRUARY, bom=bom)) for bom in (True, False))
    assert with_bom == b"\xef\xbb\xbf" + without


def test_usage_that_no_longer_adds_up_is_refused_before_the_first_byte(
    closed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If stored usage does not give the invoice any more, no file is begun."""
    monkeypatch.setattr("kvitto.runs.rate_period.manifest", lambda *_: [])
    with pytest.raises(NoLongerAddsUp, match="no longer adds up"):
        usage_csv(closed, scope_of(ScopeKind.SUBSCRIPTION, "lab"), FEBRUARY)


def test_a_subscription_finds_the_scope_it_is_billed_in(closed: Office) -> None:
    """What the command line downloads by is a subscription's id; its rows are in its profile's period."""
    scope = invoice_scope_of_subscription("tides")
    assert scope
    assert scope.scope.id == "cork"
    assert len(rows_of(usage_csv(closed, scope, FEBRUARY))) == 4
