"""The days on which credit ended, as the state of a subscription is made from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from kvitto.agreements.hierarchy import InvoiceScope, Scope, ScopeKind
from kvitto.records.agreements import own_invoice_scope
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.credit_days import CreditDays, credit_days
from kvitto.runs.office import Office
from tests.runs.offices import AGREEMENTS, FIRST_CLOSE, at, import_rows, made
from tests.runs.test_credits import WITH_CREDIT

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MakeOffice = Callable[..., Office]


def scope(key: str) -> InvoiceScope:
    """What the subscription is invoiced as."""
    found = own_invoice_scope(Scope(ScopeKind.SUBSCRIPTION, key))
    assert found
    return found


def test_the_limit_of_a_monthly_credit_lasts_until_the_next_credit(office: MakeOffice) -> None:
    """Two of five dollars are used in February; March uses them up on the third and fourth."""
    limited = AGREEMENTS.replace('monthly_credit = "5.00"', 'monthly_credit = "5.00"\nspending_limit = true')
    small = made(office(FIRST_CLOSE), agreements=limited)
    assert credit_days(small, scope("credit")) == CreditDays()
    import_rows(
        small, ["8,credit,vm3,cpu,30,2024-03-03T10:00:00Z", "9,credit,vm3,cpu,20,2024-03-04T10:00:00Z"], "march.csv"
    )
    assert credit_days(small, scope("credit")) == CreditDays(date(2024, 3, 4), date(2024, 4, 1))


@pytest.mark.parametrize("day", [date(2024, 3, 4), FIRST_CLOSE, date(2024, 6, 20)])
@pytest.mark.parametrize("is_closed", [False, True])
def test_a_trial_is_used_up_for_ever(office: MakeOffice, day: date, *, is_closed: bool) -> None:
    """On the tenth of February, before and after its period is closed, and months later."""
    small = made(office(day), agreements=WITH_CREDIT.replace('amount = "200"', 'amount = "0.70"'))
    if is_closed or day.month > FIRST_CLOSE.month:
        close(small)
    found = credit_days(small, scope("trial"))
    assert (found.credit_used_up_on, found.credit_expires_on) == (date(2024, 2, 10), date(2024, 3, 2))


def test_the_limit_of_a_trial_is_reached_in_its_period(office: MakeOffice) -> None:
    """Its credit never comes back."""
    small = made(office(FIRST_CLOSE), agreements=WITH_CREDIT.replace('amount = "200"', 'amount = "0.70"'))
    found = credit_days(at(small, date(2024, 2, 20)), scope("trial"))
    assert (found.limit_reached_on, found.limit_ends_on) == (date(2024, 2, 10), None)


def test_credit_that_is_left_or_was_never_there_has_no_day(office: MakeOffice) -> None:
    """Only the day of its expiry."""
    small = made(office(FIRST_CLOSE), agreements=WITH_CREDIT)
    assert credit_days(small, scope("trial")) == CreditDays(credit_expires_on=date(2024, 3, 2))
    assert credit_days(small, scope("lab")) == CreditDays()
