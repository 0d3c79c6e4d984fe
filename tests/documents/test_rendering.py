"""Making all documents of invoices, here or in processes of their own."""

from __future__ import annotations

from datetime import UTC, datetime

from kvitto.documents.kinds import DocumentKind
from kvitto.documents.rendering import ToRender, render_all, renderer
from tests.documents.kinds_cast import enrollment_invoice, mosp_invoice

MADE_AT = datetime(2024, 3, 20, 12, tzinfo=UTC)
WANTED = [ToRender(invoice, MADE_AT) for invoice in (mosp_invoice(), enrollment_invoice())]


def test_processes_of_their_own_make_the_same_bytes_in_the_same_order() -> None:
    """What is made does not depend on how many there are to make."""
    with renderer(len(WANTED)) as here, renderer(len(WANTED), worth_processes=1) as elsewhere:
        assert list(elsewhere(WANTED)) == list(here(WANTED))


def test_an_invoice_has_all_its_documents_its_sheet_first() -> None:
    """Three of an enrollment, one of a subscription."""
    of_subscription, of_enrollment = ([one.kind for one in render_all(wanted).made] for wanted in WANTED)
    assert of_subscription == [DocumentKind.INVOICE_PDF]
    assert of_enrollment == [
        DocumentKind.INVOICE_PDF, DocumentKind.SUMMARY_PDF, DocumentKind.TRANSACTIONS_CSV,
    ]  # fmt: skip
