"""Lists of invoices and credit notes, by account and scope, time span and kind, page by page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import AgreementType, Scope, ScopeKind
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.invoice import DocumentType
from kvitto.invoicing.status import Status
from kvitto.periods import Period
from kvitto.records import gate
from kvitto.records.links import LinkKind
from kvitto.records.models import AgreementRecord, Person, Revision, RoleAssignment
from kvitto.runs import invoice_pages
from kvitto.runs.invoice_life.rebill import rebill
from kvitto.runs.invoice_life.void import void
from kvitto.runs.invoice_pages import (
    DocumentPage,
    Wanted,
    documents_of_account,
    documents_of_scopes,
    documents_seen,
    time_span,
)
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


def test_a_person_sees_what_the_gate_lets_them_see(office: Callable[..., Office]) -> None:
    """The administrator both subscription and profile; a billing reader a list whose files are closed."""
    there = billed(office())
    anna, bo, nobody = (
        Person.objects.get(email=email)
        for email in ("anna@daugava.example", "bo@daugava.example", "nobody@elsewhere.example")
    )
    assert [(row.invoice.number, row.closed) for row in documents_seen(there, anna, LAB_SCOPE, EVERYTHING).rows] == [
        (LAB, None)
    ]
    (row,) = documents_seen(there, bo, LAB_SCOPE, EVERYTHING).rows
    assert row.closed
    assert numbers(documents_seen(there, anna, CORK_SCOPE, EVERYTHING)) == [CORK]
    assert numbers(documents_seen(there, anna, Scope(ScopeKind.BILLING_ACCOUNT, "daugava"), EVERYTHING)) == [LAB]
    for person, scope in ((anna, Scope(ScopeKind.BILLING_ACCOUNT, "harbour")), (bo, CORK_SCOPE), (nobody, LAB_SCOPE)):
        with pytest.raises((gate.NotFound, gate.Refused)):
            documents_seen(there, person, scope, EVERYTHING)


def test_a_former_owner_sees_the_documents_of_before(office: Callable[..., Office]) -> None:
    """And the profile's people those of after, which a subscription leads to."""
    there = billed(office())
    anna = Person.objects.get(email="anna@daugava.example")
    assert numbers(documents_seen(there, anna, Scope(ScopeKind.SUBSCRIPTION, "waves"), EVERYTHING)) == [CORK]
    known = AgreementRecord.objects.get(kind="subscription", key="lab")
    AgreementRecord.objects.filter(pk=known.pk).update(valid_to=date(2024, 3, 20))
    AgreementRecord.objects.create(
        kind="subscription", key="lab", parent="research", valid_from=date(2024, 3, 20), recorded_in=known.recorded_in,
        facts={**known.facts, "account_id": "harbour", "section_id": "research"},
    )  # fmt: skip
    assert numbers(documents_seen(there, anna, LAB_SCOPE, EVERYTHING)) == [LAB]


def test_queries_do_not_grow_with_documents(office: Callable[..., Office]) -> None:
    """One document, or four of several profiles."""
    there = billed(office())
    owner = Person.objects.get(email="bo@daugava.example")
    RoleAssignment.objects.create(
        person=owner, role=Role.BILLING_ACCOUNT_OWNER, scope_kind="billing_account", scope_key="harbour",
        valid_from=date(2024, 1, 1), recorded_in=Revision.objects.latest("number"),
    )  # fmt: skip
    harbour, counts = Scope(ScopeKind.BILLING_ACCOUNT, "harbour"), []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            page = documents_seen(there, owner, harbour, EVERYTHING)
        counts.append(len(captured))
        rebill(there, CORK)
        rebill(there, QUAY)
    assert page.count == 6
    assert counts[1] <= counts[0]


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
