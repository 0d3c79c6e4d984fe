"""The Account Center: its list, the billing history and the current statement; and what others are told."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kvitto.agreements.facts import from_facts, parent_of, to_facts
from kvitto.agreements.hierarchy import Scope, ScopeKind, Subscription
from kvitto.portal.money import account_center
from kvitto.records.agreements import own_invoice_scope
from kvitto.records.models import AgreementRecord
from kvitto.records.revisions import next_revision
from kvitto.runs.billing_history import billing_history
from kvitto.runs.office import Office
from kvitto.runs.statement import statement
from tests.portal.money.money_office import ADMINISTRATOR, COST_READER, OWNER, STRANGER
from tests.portal.money.words import amount_of, plain, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SignIn = Callable[[str], Client]
REFUSED, NOTHING = 403, 404


def test_the_list_holds_what_one_administers(money: Office, sign_in: SignIn) -> None:
    """With what the open period came to, and the way to its statement; a search narrows it."""
    client = sign_in(ADMINISTRATOR)
    told = text_of(client, "/account-center/")
    for name, amount in (("Lab", "2.00 USD"), ("Plan", "30.00 USD"), ("Study", "12.06 USD")):
        assert re.search(rf"{name} .*?{amount} View current statement {name}", told)
    assert "Waves" not in told  # billed together with others
    narrowed = text_of(client, "/account-center/?q=STUD")
    assert ("Study" in narrowed, "Lab" in narrowed) == (True, False)
    assert "No subscription of yours has" in text_of(client, "/account-center/?q=no%00such")


def test_queries_do_not_grow_with_the_list(money: Office, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three rows or twenty."""
    row = AgreementRecord.objects.get(kind="subscription", key="lab", superseded_in=None, valid_to=None)
    AgreementRecord.objects.bulk_create(
        AgreementRecord(
            kind=row.kind, key=f"copy-{number}", parent=row.parent, valid_from=row.valid_from,
            recorded_in=next_revision(money.now(), "test"), facts={**row.facts, "id": f"copy-{number}"},
        )
        for number in range(40)
    )  # fmt: skip
    client, counts = sign_in(ADMINISTRATOR), []
    for rows in (3, 20):
        monkeypatch.setattr(account_center, "_ROWS", rows)
        client.get("/account-center/?q=copy")  # estimates are kept
        with CaptureQueriesContext(connection) as queries:
            told = text_of(client, "/account-center/?q=copy")
        counts.append(len(queries))
        assert f"1–{rows} of 40" in told
    assert counts[0] == counts[1]


def test_s67_s68_s69_the_history_says_of_each_period_what_the_command_says(money: Office, sign_in: SignIn) -> None:
    """Total charge, invoice or why there is none, and the files."""
    client = sign_in(ADMINISTRATOR)
    told, page = text_of(client, "/account-center/lab/"), client.get("/account-center/lab/").content.decode()
    found = billing_history(money, "lab", ADMINISTRATOR)
    assert len(found.unbilled) == 1
    assert found.rows
    for row in (*found.unbilled, *found.rows):
        assert row.total is not None
        assert amount_of(row.total) in told
        if row.invoice:
            assert f'href="/invoices/{row.invoice.number}.pdf"' in page
        else:
            assert plain(str(row.absence and row.absence.phrase)) in told
            assert f'href="/subscriptions/lab/periods/{row.period.start}/usage.csv"' in page
    assert "The last six billing periods" in told
    assert "version 2" in told


def test_s70_s71_s72_s73_the_statement_says_what_the_command_says(money: Office, sign_in: SignIn) -> None:
    """Its moment, that usage may be missing and that the invoice may differ, what is to come, and each meter."""
    for name in ("lab", "study"):
        told = text_of(sign_in(ADMINISTRATOR), f"/account-center/{name}/statement/")
        scope = own_invoice_scope(Scope(ScopeKind.SUBSCRIPTION, name))
        assert scope
        found = statement(money, scope)
        for amount in (found.without_tax, *(row.estimate.charges for row in found.rows if row.estimate)):
            assert amount_of(amount) in told
        assert "As of 10 Feb 2024 00:00 UTC. It may not include all usage, and the invoice may differ from it." in told
        assert "Usage up to and including 4 March 2024 is still added" in told
        assert "Service and meter Charges Other services" in told


def test_s74_s75_daily_usage_comes_as_a_file(money: Office, sign_in: SignIn) -> None:
    """From the links of the history and of the statement; a large one is prepared first."""
    client = sign_in(ADMINISTRATOR)
    for page in ("/account-center/lab/", "/account-center/lab/statement/"):
        (address, *_) = re.findall(r'href="([^"]*usage\.csv)"', client.get(page).content.decode())
        answer = client.get(address)
        assert answer.headers["Content-Type"].startswith("text/csv")
        assert b"cpu" in answer.getvalue()


def test_s76_s77_others_are_told_what_they_may_use_instead(money: Office, sign_in: SignIn) -> None:
    """As far as each may use it, and whom to ask; nothing is promised that is not there."""
    expected = {
        OWNER: ['"/subscriptions/lab/invoices/"', '"/subscriptions/lab/usage/"', "also as a CSV file"],
        COST_READER: ['"/subscriptions/lab/usage/"'],
    }
    for who, links in expected.items():
        for page in ("/account-center/lab/", "/account-center/lab/statement/"):
            answer = sign_in(who).get(page)
            told = answer.content.decode().partition("<main")[2]
            assert answer.status_code == REFUSED
            assert "Only the Account Administrator may use the Account Center." in told
            assert "Anna" in told
            assert "API" not in told
            assert [link for link in links if link not in told] == []
            assert ("/subscriptions/lab/invoices/" in told) is (who == OWNER)
    for link in re.findall(r'href="(/subscriptions/lab/[^"]*)"', sign_in(OWNER).get(page).content.decode()):
        assert sign_in(OWNER).get(link, follow=True).status_code == 200


def test_what_is_billed_with_others_leads_to_what_it_is_billed_with(money: Office, sign_in: SignIn) -> None:
    """To the invoices of its billing profile."""
    answer = sign_in(OWNER).get("/account-center/waves/")
    assert answer.status_code == REFUSED
    told = answer.content.decode()
    assert "Waves is billed together with others" in told
    assert "/billing-profiles/cork/invoices/" in told


def test_the_list_of_who_administers_nothing(money: Office, sign_in: SignIn) -> None:
    """Somebody with another role is led on; somebody without any role finds no such page."""
    answer = sign_in(COST_READER).get("/account-center/")
    assert answer.status_code == REFUSED
    assert "/billing/" in answer.content.decode()
    for page in ("/account-center/", "/account-center/lab/", "/account-center/lab/statement/"):
        assert sign_in(STRANGER).get(page).status_code == NOTHING


def test_what_moved_to_another_agreement_keeps_its_earlier_periods(money: Office, sign_in: SignIn) -> None:
    """And leads on to where it stands now whoever has a role there."""
    row = AgreementRecord.objects.get(kind="subscription", key="lab", superseded_in=None, valid_to=None)
    revision = next_revision(datetime(2024, 2, 5, tzinfo=UTC), "test")
    known = from_facts("subscription", row.facts)
    assert isinstance(known, Subscription)
    there = replace(known, account_id="harbour", section_id="research")
    AgreementRecord.objects.filter(pk=row.pk).update(superseded_in=revision)
    moved_on = date(2024, 2, 5)
    for value, valid_from, valid_to in ((known, row.valid_from, moved_on), (there, moved_on, None)):
        AgreementRecord.objects.create(
            kind="subscription", key="lab", parent=parent_of(value), facts=to_facts(value),
            valid_from=valid_from, valid_to=valid_to, recorded_in=revision,
        )  # fmt: skip
    client = sign_in(ADMINISTRATOR)
    assert "Lab lab moved to another agreement" in text_of(client, "/account-center/")
    for page in ("/account-center/lab/", "/account-center/lab/statement/"):
        told = text_of(client, page)
        assert "This subscription moved to another agreement (Customer Agreement)" in told
        assert "See it where it stands now" in told  # she owns the billing account of Harbour as well
        assert "5 Jan" in told
        assert "Mar 2024" not in told.partition("10.00 USD")[0].partition("Lab")[2]
    assert sign_in(OWNER).get("/account-center/lab/").status_code == REFUSED
