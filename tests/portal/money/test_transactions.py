"""All transactions as a page and as a file: what is told, filters, pages, and what is typed into addresses."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.documents.transaction_list import COLUMNS, transaction_list_csv
from kvitto.invoicing.transactions import TransactionType
from kvitto.records.models import AuditEntry
from kvitto.runs import transactions as runs
from kvitto.runs.office import Office
from kvitto.runs.transactions import Wanted, all_transactions, transactions
from tests.portal.money.money_office import ADMINISTRATOR, COST_READER, OWNER
from tests.portal.money.words import amount_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SignIn = Callable[[str], Client]
SCOPE = Scope(ScopeKind.BILLING_PROFILE, "cork")
PROFILE, ACCOUNT = "/billing-profiles/cork/transactions/", "/billing-accounts/harbour/transactions/"


@pytest.mark.parametrize(("address", "who"), [(PROFILE, OWNER), (ACCOUNT, ADMINISTRATOR)])
def test_the_page_says_what_the_command_says(money: Office, sign_in: SignIn, address: str, who: str) -> None:
    """Each row, and pending usage by subscription."""
    told, found = text_of(sign_in(who), address), transactions(money, None, SCOPE)
    assert len(found.rows) == 5
    for row in found.rows:
        assert f"{row.type.said} {row.product}" in told
        assert amount_of(row.amount) in told
        assert (row.invoice or "not invoiced yet") in told
    (usage,) = found.pending_usage
    assert f"Waves waves {amount_of(usage.amount)}" in told
    assert "Total " not in told  # of pending and billed things the sum says nothing
    assert ("Billing profile" in told.partition("Amount")[2]) is (address == ACCOUNT)


def test_filters_narrow_the_page_and_the_file_alike(money: Office, sign_in: SignIn) -> None:
    """By invoice in any case, section, type and span; both days count; what is shown whole is added up."""
    client = sign_in(OWNER)
    (number,) = {row.invoice for row in all_transactions(money, None, SCOPE)} - {""}
    counts = {
        f"?invoice={number.lower()}": 3,
        "?invoice=pending": 2,
        "?type=usage": 1,
        "?type=purchase&invoice=Pending": 2,
        "?section=research": 5,
        "?section=nowhere": 0,
        "?from=2024-01-12&to=2024-01-31": 2,
        "?from=2024-02-09": 2,
        "?to=2024-01-10": 1,
    }
    for query, count in counts.items():
        page = client.get(PROFILE + query).content.decode()
        rows = list(csv.reader(io.StringIO(client.get(f"{PROFILE[:-1]}.csv{query}").getvalue().decode("utf-8-sig"))))
        assert (query, len(re.findall(r'scope="row" class="nowrap"', page)), len(rows) - 1) == (query, count, count)
    assert "Total 41.00 USD" in text_of(client, f"{PROFILE}?invoice={number}")
    assert "No transaction fits what you chose." in text_of(client, f"{PROFILE}?section=nowhere")


def test_the_file_is_the_one_of_the_command_and_is_noted(money: Office, sign_in: SignIn) -> None:
    """Formulas are made harmless where the file is written; handing it out stands in the audit trail."""
    answer = sign_in(OWNER).get(f"{PROFILE[:-1]}.csv")
    content = answer.getvalue()
    assert content == b"".join(transaction_list_csv(all_transactions(money, None, SCOPE)))
    assert content.decode("utf-8-sig").splitlines()[0] == ",".join(COLUMNS)
    assert 'filename="transactions-cork.csv"' in answer.headers["Content-Disposition"]
    assert AuditEntry.objects.filter(action="document.download", facts__contains="transactions-csv").count() == 1
    assert sign_in(COST_READER).get(f"{PROFILE[:-1]}.csv").status_code == 404


def test_pages_follow_one_another(money: Office, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row once, with the filters kept; queries do not grow with them."""
    client, counts = sign_in(OWNER), []
    for rows in (1, 2):
        monkeypatch.setattr(runs, "ROWS_OF_A_PAGE", rows)
        address, days = f"{PROFILE}?type=purchase", []
        while address:
            with CaptureQueriesContext(connection) as queries:
                page = client.get(address).content.decode()
            counts.append(len(queries))
            days += re.findall(r'scope="row" class="nowrap">([^<]*)<', page)
            following = re.search(r'rel="next" href="([^"]*)"', page)
            address = f"{PROFILE}{following[1].replace('&amp;', '&')}" if following else ""
        assert days == ["29 February 2024", "9 February 2024", "31 January 2024", "12 January 2024"]
    assert max(counts) <= 55


@pytest.mark.parametrize(
    "query",
    [
        "page=nonsense", "page=d:99999999999999999999:K", "page=d:0:%00", "invoice=%00", "invoice='%20OR%201=1",
        "section=%00%27", "type=everything", "from=2024-02-31&to=yesterday", "from=9999-99-99", f"invoice={'x' * 5000}",
    ],
)  # fmt: skip
def test_whatever_is_typed_gives_a_page(money: Office, sign_in: SignIn, query: str) -> None:
    """What makes no sense is left out, or finds nothing."""
    assert sign_in(OWNER).get(f"{PROFILE}?{query}").status_code == 200


def test_an_enrollment_and_a_bought_subscription_have_no_such_list(money: Office, sign_in: SignIn) -> None:
    """There is no page, and the menu has no entry."""
    client = sign_in(ADMINISTRATOR)
    assert client.get("/billing-accounts/works/transactions/").status_code == 404
    assert client.get("/billing-accounts/nordlys/transactions/").status_code == 404
    assert "All transactions" not in client.get("/billing-accounts/works/").content.decode()
    assert "All transactions" in client.get("/billing-accounts/harbour/").content.decode()


def test_a_wanted_type_or_span_leaves_pending_usage_out_as_well(money: Office) -> None:
    """It is usage, of the last day of its lines."""
    assert transactions(money, None, SCOPE, Wanted(type=TransactionType.PURCHASE)).pending_usage == ()
    assert len(transactions(money, None, SCOPE, Wanted(type=TransactionType.USAGE)).pending_usage) == 1
