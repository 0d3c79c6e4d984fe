"""The documents of each kind of invoice: made together, kept by their names, and marked on copies once voided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.documents.kinds import DocumentKind
from kvitto.documents.pdf import MOST_PAGES, pages_of
from kvitto.invoicing.invoice import CreditedInvoice, Invoice
from kvitto.records.issuing import issue
from kvitto.records.links import LinkKind, link
from kvitto.records.models import DocumentRecord
from kvitto.runs.document_files import UnableToKeep
from kvitto.runs.make_documents import NoSuchDocument, document, documents_of, invoice_pdf, render_missing
from kvitto.runs.office import Office
from kvitto.usage import durable
from tests.documents.cast import text_of
from tests.documents.kinds_cast import credit_note, enrollment_invoice, mosp_invoice
from tests.runs.offices import FIRST_CLOSE

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MakeOffice = Callable[..., Office]
ENROLLMENT = Scope(ScopeKind.BILLING_ACCOUNT, "daugava")
LAB = Scope(ScopeKind.SUBSCRIPTION, "lab")


@pytest.fixture
def empty(office: MakeOffice) -> Office:
    """An office without usage."""
    return office(FIRST_CLOSE)


def issued(office: Office, facts: Invoice, scope: Scope, letters: str = "K") -> str:
    """The number under which these facts were issued."""
    now = office.now()
    draft = replace(facts, number="", language="en", issue_date=now.date(), due_date=now.date() + timedelta(days=30))
    return issue(draft, scope, letters, now).invoice.number


def test_an_enrollment_has_its_invoice_a_summary_and_its_transactions(empty: Office) -> None:
    """Made together, the sheet first, each under a name and with a file name of its own."""
    number = issued(empty, enrollment_invoice(), ENROLLMENT)
    assert render_missing(empty) == 3
    assert render_missing(empty) == 0
    kept = documents_of(empty, number)
    assert [(one.name, one.file_name) for one in kept] == [
        ("invoice-pdf", f"{number}.pdf"),
        ("summary-pdf", f"{number}-summary.pdf"),
        ("transactions-csv", f"{number}-transactions.csv"),
    ]
    contents = [document(empty, number, one.name) for one in kept]
    assert [len(content) for content in contents] == [one.bytes for one in kept]
    assert contents[0] == invoice_pdf(empty, number)
    assert "Invoice summary" in text_of(contents[1])
    assert contents[2].startswith(b"\xef\xbb\xbfInvoice Number,")


def test_a_long_enrollment_invoice_is_kept_in_parts(empty: Office) -> None:
    """Each part has a name; together with the others of the invoice they are recorded at once."""
    number = issued(empty, enrollment_invoice(1200), ENROLLMENT)
    kept = documents_of(empty, number)
    assert [(one.name, one.kind, one.part) for one in kept][:2] == [
        ("invoice-pdf", DocumentKind.INVOICE_PDF, 1),
        ("invoice-pdf-2", DocumentKind.INVOICE_PDF, 2),
    ]
    second = document(empty, number, "invoice-pdf-2")
    assert kept[1].file_name == f"{number}-2.pdf"
    assert "Part 2 of 2" in text_of(second, slice(0, 1))
    assert all(pages_of(content) <= MOST_PAGES for content in (second, invoice_pdf(empty, number)))


def test_documents_of_an_invoice_are_recorded_all_or_none(empty: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that breaks off between two files leaves nothing recorded, and the next one makes all."""
    number = issued(empty, enrollment_invoice(), ENROLLMENT)
    rename, calls = durable.rename, []

    def breaks_at_the_second(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        rename(source, target)

    with monkeypatch.context() as broken:
        broken.setattr(durable, "rename", breaks_at_the_second)
        with pytest.raises(UnableToKeep, match="No space left"):
            render_missing(empty)
    assert not DocumentRecord.objects.exists()
    assert render_missing(empty) == 3
    assert [one.part for one in documents_of(empty, number)] == [1, 1, 1]


def test_a_credit_note_has_a_document_and_copies_of_its_invoice_say_that_it_is_void(empty: Office) -> None:
    """The stored invoice stays as it is, byte by byte; what is made later knows what became of it."""
    number = issued(empty, mosp_invoice(), LAB)
    stored, copy = invoice_pdf(empty, number), invoice_pdf(empty, number, "sv")
    about = CreditedInvoice(number, empty.now().date(), "void")
    note = issued(empty, replace(credit_note(), refers_to=about), LAB)
    link(number, note, LinkKind.VOID, empty.now())
    assert render_missing(empty) == 1
    assert [one.name for one in documents_of(empty, note)] == ["credit-note-pdf"]
    said = text_of(document(empty, note, "credit-note-pdf"))
    assert f"Credit note {note}" in said
    assert f"taken off what is still to be paid of invoice {number}" in said
    assert invoice_pdf(empty, number) == stored
    assert invoice_pdf(empty, number, "sv") != copy
    assert note in text_of(invoice_pdf(empty, number, "sv"), slice(0, 1))


def test_a_document_that_an_invoice_does_not_have_is_refused_with_those_it_has(empty: Office) -> None:
    """By name."""
    number = issued(empty, mosp_invoice(), LAB)
    with pytest.raises(NoSuchDocument, match="has no document “summary-pdf”"):
        document(empty, number, "summary-pdf")
