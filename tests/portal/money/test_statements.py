"""The unbilled charges of a billing profile and of an enrollment, as pages tell them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.money import total
from kvitto.records.agreements import own_invoice_scope
from kvitto.runs.office import Office
from kvitto.runs.period_rows import period_rows
from kvitto.runs.service_charges import service_charges
from kvitto.runs.statement import statement_of
from tests.portal.money.money_office import ADMINISTRATOR, COST_READER, OWNER
from tests.portal.money.words import amount_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SignIn = Callable[[str], Client]
PROFILE, ENROLLMENT = "/billing-profiles/cork/statement/", "/billing-accounts/works/statement/"


@pytest.mark.parametrize(("address", "named", "who"), [(PROFILE, "cork", OWNER), (ENROLLMENT, "works", ADMINISTRATOR)])
def test_a_statement_says_what_the_command_says(
    money: Office, sign_in: SignIn, address: str, named: str, who: str
) -> None:
    """Each row by its name, with charges, credit and what is left of them."""
    told, found = text_of(sign_in(who), address), statement_of(money, named)
    assert found.rows
    assert f"Estimated charges without tax {amount_of(found.without_tax)}" in told
    for row in found.rows:
        assert row.estimate
        for said in (str(found.name_of(row)), amount_of(row.estimate.charges), amount_of(row.estimate.without_tax)):
            assert said in told
    assert "It may not include all usage, and the invoice may differ from it." in told


def test_month_to_date_and_last_month_pending(money: Office, sign_in: SignIn) -> None:
    """Both while January waits for its invoice; the prepayment pays for most of it, and the notice is told."""
    told = text_of(sign_in(ADMINISTRATOR), ENROLLMENT)
    assert told.index("Month to date") < told.index("Last month, pending")
    assert "the day of the overage notice was 7 February 2024" in told
    assert "Last month, pending" not in text_of(sign_in(OWNER), PROFILE)  # January is billed


@pytest.mark.parametrize("named", ["cork", "works"])
def test_services_add_up_to_the_charges(money: Office, named: str) -> None:
    """Of every row."""
    kind = ScopeKind.BILLING_PROFILE if named == "cork" else ScopeKind.BILLING_ACCOUNT
    scope = own_invoice_scope(Scope(kind, named))
    assert scope
    rows = [row for row in period_rows(money, scope) if row.estimate]
    for row, services in zip(rows, service_charges(money, scope, rows), strict=True):
        assert services
        assert row.estimate
        assert total((one.amount for one in services), scope.currency) == row.estimate.charges
        for one in services:
            assert total((meter.amount for meter in one.meters), scope.currency) == one.amount


def test_a_part_of_a_profile_has_none(money: Office, sign_in: SignIn) -> None:
    """Who holds a section alone sees its daily usage."""
    assert sign_in(COST_READER).get(PROFILE).status_code == 404
