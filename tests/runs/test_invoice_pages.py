"""Lists of invoices and credit notes, by account and scope, time span and kind, page by page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from kvitto.agreements.hierarchy import AgreementType, Scope, ScopeKind
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.invoice import DocumentType
from kvitto.invoicing.status import Status
from kvitto.periods import Period
from kvitto.records.links import LinkKind
from kvitto.runs import invoice_pages
from kvitto.runs.invoice_life.rebill import rebill
from kvitto.runs.invoice_life.void import void
from kvitto.runs.invoice_pages import DocumentPage, Wanted, documents_of_account, documents_of_scopes, time_span
from kvitto.runs.office import Office
from tests.runs.invoice_life.billed import CORK, LAB, QUAY, billed
from tests.runs.offices import at

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LAB_SCOPE, CORK_SCOPE = Scope(ScopeKind.SUBSCRIPTION, "lab"), Scope(ScopeKind.BILLING_PROFILE, "cork")
EVERYTHING = Wanted()


def numbers(page: DocumentPage) -> list[str]:
    """The numbers of the documents."""
    return [row.invoice.number for row in page.rows]


def test_an_account_lists_invoices_and_credit_notes(office: Callable[..., Office]) -> None:
    """With status and links: void, its credit note, and what replaced it."""
    there = billed(office())
    rebill(there, CORK)
    page = documents_of_account(there, "harbour", EVERYTHING)
    assert (numbers(page), page.count, page.pages) == (["K-2024-000005", "K-2024-000004", QUAY, CORK], 4, 1)
    new, note, _, old = page.rows
    assert (new.status, note.invoice.document_type, old.status) == (Status.DUE, DocumentType.CREDIT_NOTE, Status.VOID)
    assert {link.kind for link in old.links} == {LinkKind.VOID, LinkKind.REBILL}


def test_scopes_list_their_own(office: Callable[..., Office]) -> None:
    """One subscription, one profile, both, none."""
    there = billed(office())
    assert numbers(documents_of_scopes(there, [LAB_SCOPE], EVERYTHING)) == [LAB]
    assert numbers(documents_of_scopes(there, [LAB_SCOPE, CORK_SCOPE], EVERYTHING)) == [LAB, CORK]
    assert numbers(documents_of_scopes(there, [], EVERYTHING)) == []


def test_lists_are_filtered_by_the_end_of_the_period_and_by_kind(office: Callable[..., Office]) -> None:
    """February ends on the 29th: it is in a span that holds that day."""
    there = billed(office())
    void(there, LAB)
    for span, found in (
        (Period(date(2024, 2, 29), date(2024, 3, 1)), 2),
        (Period(date(2024, 2, 1), date(2024, 2, 29)), 0),
        (Period(date(2024, 3, 1), date(2024, 4, 1)), 0),
    ):
        assert documents_of_scopes(there, [LAB_SCOPE], Wanted(ended_in=span)).count == found
    invoices = Wanted(document_types=frozenset((DocumentType.INVOICE,)))
    assert numbers(documents_of_scopes(there, [LAB_SCOPE], invoices)) == [LAB]
    support = Wanted(kinds=frozenset((InvoiceKind.SUPPORT,)))
    assert documents_of_scopes(there, [LAB_SCOPE], support).count == 0


def test_an_enrollment_lists_a_year_unless_asked_and_three_at_most(office: Callable[..., Office]) -> None:
    """The others list everything, or what is asked for."""
    there = at(office(), date(2024, 3, 20))
    year = Period(date(2023, 3, 1), date(2024, 3, 21))
    three = Period(date(2021, 3, 1), date(2024, 3, 21))
    assert time_span(there, AgreementType.EA) == year
    assert time_span(there, AgreementType.EA, 100) == three
    assert time_span(there, AgreementType.EA, 36) == three
    assert time_span(there, AgreementType.MCA) is None
    assert time_span(there, AgreementType.MPA, 12) == year


def test_pages_follow_each_other(office: Callable[..., Office], monkeypatch: pytest.MonkeyPatch) -> None:
    """A page before the first is the first, one after the last the last."""
    there = billed(office())
    rebill(there, CORK)
    monkeypatch.setattr(invoice_pages, "ROWS_OF_A_PAGE", 3)
    pages = [documents_of_account(there, "harbour", EVERYTHING, number) for number in (0, 1, 2, 9)]
    assert [page.number for page in pages] == [1, 1, 2, 2]
    assert [len(page.rows) for page in pages] == [3, 3, 1, 1]
    assert pages[1].pages == 2
