"""Who opens the Account Center, statements, transactions and credits: each role, as the book says."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from kvitto.portal.address_parts import PLURALS
from tests.access.roles_by_the_book import COUNTING, HELD_ON, NAMES, REACHED_FROM, may
from tests.every_agreement import KINDS, scope_of
from tests.portal.billing.conftest import As, as_role

__all__ = ["as_role"]  # a fixture

pytestmark = pytest.mark.django_db

SEEN, REFUSED, NOTHING = 200, 403, 404
BOOKS = {"mosp": "MOSP", "mca": "MCA", "ea": "EA", "mpa": "MPA"}
ROWS = {  # agreement, part and page: the row of roles.md that opens it; none: there is no such page
    ("mosp", "subscription", "history"): "use-account-center",
    ("mosp", "subscription", "history/statement"): "use-account-center",
    ("mosp", "subscription", "credits"): "see-invoices",
    ("mosp", "account", "transactions"): "",
    ("mosp", "account", "credits"): "",
    ("mca", "account", "transactions"): "see-invoices",
    ("mca", "account", "transactions.csv"): "see-invoices",
    ("mca", "account", "credits"): "see-credit-balance",
    ("mca", "account", "statement"): "",
    ("mca", "profile", "transactions"): "see-invoices",
    ("mca", "profile", "credits"): "see-credit-balance",
    ("mca", "profile", "statement"): "see-charges",
    ("ea", "account", "transactions"): "",
    ("ea", "account", "credits"): "see-credit-balance",
    ("ea", "account", "statement"): "see-charges",
    ("mpa", "account", "transactions"): "see-invoices",
    ("mpa", "profile", "transactions"): "see-invoices",
    ("mpa", "profile", "credits"): "",
    ("mpa", "profile", "statement"): "see-charges",
}


def address_of(agreement: str, part: str, page: str, customer: str = "own") -> str:
    """Where the page is."""
    scope = scope_of(customer, agreement, part)
    if page.startswith("history"):
        return f"/account-center/{scope.id}/{page.removeprefix('history').removeprefix('/')}".rstrip("/") + "/"
    return f"/{PLURALS[scope.kind]}/{scope.id}/{page}" + ("" if page.endswith(".csv") else "/")


@pytest.mark.parametrize("agreement", BOOKS)
def test_each_role_opens_what_the_book_says(as_role: As, agreement: str) -> None:
    """Refused where there is a relation, and nothing at all of others' or of pages that there are not."""
    book, parts = BOOKS[agreement], {kind.value: part for part, kind in KINDS.items()}
    wrong = []
    for column in COUNTING[book]:
        client = as_role(NAMES[column], agreement, parts[HELD_ON[column]])
        for (of, part, page), row in ROWS.items():
            if of != agreement:
                continue
            is_related = HELD_ON[column] in REACHED_FROM[book][scope_of("own", of, part).kind.value].split()
            is_open = may(book, row, column, frozenset({"i"}))  # the enrollment is bought from the seller itself
            expected = NOTHING if not is_related or not row else SEEN if is_open else REFUSED
            found = client.get(address_of(of, part, page)).status_code
            wrong += [(column, part, page, found, expected)] if found != expected else []
            assert client.get(address_of(of, part, page, "other")).status_code == NOTHING
    assert wrong == []


def said(client: Client, address: str) -> str:
    """What the page says that there is nothing."""
    answer = client.get(address)
    assert answer.status_code == NOTHING
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode().partition("<main")[2]).split())


@pytest.mark.parametrize("typed", ["no-such-thing", "x%00", "%F0%9F%92%B6", "..%2F..", "own-mca-profile%27%20or%201=1"])
def test_what_never_existed_is_answered_like_what_is_others(as_role: As, typed: str) -> None:
    """With the same words."""
    client = as_role(NAMES["AA"], "mosp", "account")
    pages = [f"/account-center/{typed}/", f"/account-center/{typed}/statement/"]
    pages += [f"/billing-profiles/{typed}/{page}/" for page in ("transactions", "credits", "statement")]
    other = said(client, "/account-center/other-mosp-subscription/")
    assert "There is no such page for you" in other
    assert [page for page in pages if said(client, page) != other] == []
