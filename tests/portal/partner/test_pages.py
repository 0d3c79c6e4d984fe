"""Partner Center by role: which pages open, what stands on them, and which files are handed out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kvitto.access.actions import Action
from kvitto.access.matrices import MPA
from kvitto.access.matrix import Cell
from kvitto.access.roles import Role
from kvitto.records.invoices import load
from kvitto.records.models import InvoiceRecord
from kvitto.runs.invoice_life.void import void
from kvitto.runs.office import Office
from tests.portal.partner.cast import ACTOR, BAKER, OTHER, ROLES, STRANGER

As = Callable[[str], Client]
OPEN, REFUSED, NOTHING = 200, 403, 404
EVERYBODY = (*ROLES, BAKER, ACTOR, OTHER, STRANGER)
JANUARY, FEBRUARY, NEIGHBOURS = "K-2024-000002", "K-2024-000004", "K-2024-000003"
CUSTOMER = "/partner-center/customers/bakery/"
MOST_QUERIES = 120  # three months, each rated at its own as-of
PAGES = {
    # address: the action it needs; None: any role of the partner
    "/partner-center/": None,
    CUSTOMER: None,
    "/partner-center/invoices/": Action.DOWNLOAD_RECONCILIATION,
    f"/partner-center/invoices/{FEBRUARY}.pdf": Action.DOWNLOAD_RECONCILIATION,
    f"/partner-center/invoices/{FEBRUARY}/reconciliation.csv": Action.DOWNLOAD_RECONCILIATION,
    f"/partner-center/invoices/{FEBRUARY}/daily-rated.csv": Action.DOWNLOAD_DAILY_RATED_USAGE,
    f"{CUSTOMER}periods/2024-03-01/daily-rated.csv": Action.DOWNLOAD_DAILY_RATED_USAGE,
    f"{CUSTOMER}invoices/{FEBRUARY}/reconciliation.csv": Action.DOWNLOAD_RECONCILIATION,
    "/customers/bakery/periods/2024-02-01/": Action.SEE_CHARGES,
    f"/invoices/{FEBRUARY}/": Action.SEE_INVOICES,
}


def may(name: str, action: Action | None) -> bool:
    """What the matrix says."""
    return action is None or MPA.cell(action, Role(ROLES[name])) is Cell.MAY


def rows(client: Client, address: str) -> list[dict[str, str]]:
    """The rows of a file."""
    answer = client.get(address)
    assert answer.status_code == OPEN
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def opened(client: Client, address: str) -> int:
    """The status; what is sent as it comes is taken to its end."""
    answer = client.get(address)
    answer.getvalue()
    return answer.status_code


def text(client: Client, address: str, status: int = OPEN) -> str:
    """What the page says."""
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


@pytest.mark.parametrize("name", EVERYBODY)
def test_each_role_opens_what_the_matrix_says_and_nobody_else_anything(as_: As, name: str) -> None:
    """Who has another role of the partner is refused with whom to ask; to everybody else it does not exist."""
    client = as_(name)
    for address, action in PAGES.items():
        status = opened(client, address)
        if name in ROLES:
            assert status == (OPEN if may(name, action) else REFUSED), address
        elif name == OTHER and address in {"/partner-center/", "/partner-center/invoices/"}:
            assert status == OPEN
        else:
            assert status == NOTHING, address


def test_what_is_not_there_looks_like_what_is_others(as_: As) -> None:
    """The neighbour's customer and invoice, and ids that nobody has."""
    client = as_("adm")
    for address in (
        "/partner-center/customers/harbour/",
        "/partner-center/customers/nobody/",
        "/partner-center/customers/%00/",
        "/partner-center/customers/ovens/",
        f"/partner-center/invoices/{NEIGHBOURS}.pdf",
        "/partner-center/invoices/K-1/reconciliation.csv",
        f"{CUSTOMER}invoices/{NEIGHBOURS}/reconciliation.csv",
        f"{CUSTOMER}periods/2024-02-02/daily-rated.csv",
        f"{CUSTOMER}periods/2024-02-31/daily-rated.csv",
    ):
        assert client.get(address).status_code == NOTHING, address
    assert "Harbour" not in text(client, "/partner-center/")
    assert NEIGHBOURS not in text(client, "/partner-center/invoices/")
    other = text(as_(OTHER), "/partner-center/")
    assert "Harbour" in other
    assert "Bakery" not in other


def test_customers_are_searched_and_sorted(as_: As) -> None:
    """By name, domain, id and profile; by name, subscriptions and charges."""
    client = as_("adm")

    def order(query: str) -> list[str]:
        page = text(client, f"/partner-center/{query}")
        names = ("Bakery", "Theatre", "Empty")
        return sorted((name for name in names if f">{name}</a>" in page), key=lambda name: page.index(f">{name}</a>"))

    assert order("") == ["Bakery", "Empty", "Theatre"]
    assert order("?sort=subscriptions") == ["Bakery", "Theatre", "Empty"]
    assert order("?sort=charges") == ["Theatre", "Bakery", "Empty"]
    assert order("?sort=nonsense&page=99") == ["Bakery", "Empty", "Theatre"]
    assert order("?q=theatre.example") == ["Theatre"]
    assert "No customer has “xyz”" in text(client, "/partner-center/?q=xyz")
    assert "no subscription" in text(client, "/partner-center/")


def test_amounts_are_for_those_who_see_charges(as_: As) -> None:
    """The others have the months with the files that are theirs."""
    for name in ROLES:
        client = as_(name)
        listed, page = text(client, "/partner-center/"), text(client, CUSTOMER)
        sees = may(name, Action.SEE_CHARGES)
        assert ("Charges this month" in listed) == sees
        assert ("11.75" in listed) == sees
        assert ("At list prices" in page) == sees
        assert ("EUR" in page) == sees
        assert (FEBRUARY in page) == may(name, Action.DOWNLOAD_RECONCILIATION)
        assert ("Reconciliation file" in page) == may(name, Action.DOWNLOAD_RECONCILIATION)
        assert "Daily-rated usage" in page
        if not sees:
            assert "Your roles here do not open the charges." in page


def test_what_the_customer_sees_is_said_and_changed_by_those_who_may(as_: As) -> None:
    """Visibility is the global administrator's and the admin agent's; purchases are the admin agent's alone."""
    for name in ROLES:
        page = text(as_(name), CUSTOMER)
        assert ("Customer views charges: on" in page) == may(name, Action.SET_CUSTOMER_VISIBILITY)
        assert ("Customer purchase permission: off" in page) == may(name, Action.SEE_CUSTOMER_PURCHASES)
        assert page.count('name="was"') == sum(
            may(name, action) for action in (Action.SET_CUSTOMER_VISIBILITY, Action.SET_CUSTOMER_PURCHASES)
        )
    client = as_("adm")
    assert "no cost at all" in text(client, "/partner-center/customers/theatre/")
    form = {"policy": "customer-views-charges", "was": "Allowed", "value": "NotAllowed"}
    assert client.post("/customers/bakery/policies/", form).status_code == 302
    assert "Customer views charges: off" in text(client, CUSTOMER)
    for name in ("bil", "sal", "hel"):
        back = {**form, "was": "NotAllowed", "value": "Allowed", "sure": "yes"}
        assert as_(name).post("/customers/bakery/policies/", back).status_code == REFUSED
    assert "Customer views charges: off" in text(client, CUSTOMER)


def test_about_the_customer(as_: As) -> None:
    """Reseller, directory and subscriptions, with their daily usage."""
    page = text(as_("adm"), CUSTOMER)
    assert "Middle Ltd" in page
    assert "bakery.example" in page
    assert "/subscriptions/ovens/periods/2024-03-01/" in page
    assert "/customers/bakery/periods/2024-02-01/" in page
    assert "The customer has no subscription." in text(as_("adm"), "/partner-center/customers/empty/")


def test_invoices_with_their_rate_and_state(as_: As, partner_office: Office) -> None:
    """Active or void, as a partner calls it; a credit note is marked, and what replaced it stays listed."""
    client = as_("adm")
    page = text(client, "/partner-center/invoices/")
    assert page.index(FEBRUARY) < page.index(JANUARY)
    assert "1 USD = 0.92 EUR" in page
    assert "active" in page
    void(partner_office, JANUARY)
    page = text(client, "/partner-center/invoices/")
    credit_note = InvoiceRecord.objects.get(document_type="CreditNote")
    assert f"for {JANUARY}" in page
    assert "credit note" in page
    assert "void" in page
    given_back = rows(client, f"/partner-center/invoices/{credit_note.number}/reconciliation.csv")
    assert sum(Decimal(row["Subtotal"]) for row in given_back) == -load(credit_note.number).totals.lines
    assert {row["ChargeType"] for row in given_back} == {"customerCredit"}
    assert client.get(f"/partner-center/invoices/{credit_note.number}/daily-rated.csv").status_code == 409
    assert client.get(f"/partner-center/invoices/{credit_note.number}.pdf").status_code == OPEN
    for show, listed in (
        ("active", {FEBRUARY}),
        ("void", {JANUARY}),
        ("credit-notes", {credit_note.number}),
        ("", {FEBRUARY, JANUARY, credit_note.number}),
        ("nonsense", {FEBRUARY, JANUARY, credit_note.number}),
    ):
        page = text(client, f"/partner-center/invoices/?show={show}")
        assert {one for one in (FEBRUARY, JANUARY, credit_note.number) if f"/{one}.pdf" in page} == listed, show
    assert "No invoice or credit note fits" in text(client, "/partner-center/invoices/?q=X-1")
    assert (
        text(client, f"/partner-center/invoices/?q={FEBRUARY.lower()}&currency=EUR&profile=riga-eur").count(".pdf") == 1
    )


def test_past_due_invoices_need_attention(as_: As, partner_office: Office, settings: object) -> None:
    """Sixty days, or whatever the profile's terms are, after the invoice."""
    from dataclasses import replace
    from datetime import date

    from kvitto.periods import midnight

    settings.OFFICE = replace(partner_office, clock=midnight(date(2024, 6, 20)))  # type: ignore[attr-defined]
    page = text(as_("bil"), "/partner-center/")
    assert "2 invoices are past due." in page
    assert "show=past-due" in page
    assert "past due" not in text(as_("hel"), "/partner-center/")


def test_queries_do_not_grow_with_rows(as_: As) -> None:
    """One customer or all of them, one invoice or all of them; months are six to a page."""
    client = as_("adm")

    def queries(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as counted:
            assert client.get(address).status_code == OPEN
        return len(counted)

    assert queries("/partner-center/?q=bakery") == queries("/partner-center/")
    assert queries(f"/partner-center/invoices/?q={FEBRUARY}") == queries("/partner-center/invoices/")
    assert queries(CUSTOMER) <= MOST_QUERIES
