"""The state of subscriptions as it follows from what is recorded: agreements, invoices, payments and credit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.agreements.subscription_state_words import ToldState
from kvitto.agreements.subscription_states import Cause, State
from kvitto.records.agreements import own_invoice_scope, tree
from kvitto.runs.invoice_life.record_payment import record_payment
from kvitto.runs.office import Office
from kvitto.runs.subscription_state import all_states, in_state, state_of_scope, states_of
from tests.runs.invoice_life.billed import LAB, billed, failure, payment
from tests.runs.offices import AGREEMENTS, FIRST_CLOSE, at, import_rows, made
from tests.runs.test_credits import WITH_CREDIT

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MakeOffice = Callable[..., Office]
DUE = date(2024, 4, 9)  # issued on 10 March, 30 days


def states(office: Office) -> Mapping[str, ToldState]:
    """Of every subscription, by id."""
    return {scope.id: told for scope, told in states_of(office, list(tree().places())).items()}


def said(told: ToldState) -> tuple[str, str, str]:
    """Name, cause and what comes next."""
    return str(told.name), str(told.cause or ""), str(told.coming or "")


def test_an_invoice_that_is_not_paid_warns_disables_and_cancels(office: MakeOffice) -> None:
    """From the day after the due day; what comes next is told at every step."""
    there = billed(office())
    told = {day: said(states(at(there, day))["lab"]) for day in (DUE, date(2024, 4, 10), date(2024, 5, 10))}
    assert told == {
        DUE: (
            "Active",
            "",
            "Its invoice is to be paid on 9 April 2024 at the latest; after that day the subscription is past due.",
        ),
        date(2024, 4, 10): (
            "Past due",
            "An invoice is past due.",
            "It is disabled on 10 May 2024 unless what is past due is paid before that day.",
        ),
        date(2024, 5, 10): (
            "Disabled",
            "An invoice is past due.",
            "It is cancelled on 9 July 2024 unless what is past due is paid before that day.",
        ),
    }
    record_payment(there, LAB, payment("1.26"))
    assert states(at(there, date(2024, 5, 10)))["lab"].is_active


def test_a_card_that_was_declined_is_past_due_at_once(office: MakeOffice) -> None:
    """However far the due day is."""
    there = billed(office())
    record_payment(there, LAB, failure("1.26", on_day=date(2024, 3, 15)))
    told = states(there)["lab"]
    assert (told.state.state, told.since) == (State.WARNED, date(2024, 3, 15))


def test_what_a_profile_owes_its_subscriptions_share(office: MakeOffice) -> None:
    """Both of Cork; Quay's, which owes nothing, is active and stays so."""
    told = states(at(billed(office()), date(2024, 4, 20)))
    assert {told[key].state.state for key in ("waves", "tides")} == {State.WARNED}
    assert said(told["calm"]) == ("Active", "", "")


def test_a_reached_spending_limit_is_told_with_the_day_it_ends(office: MakeOffice) -> None:
    """Five dollars are used up on 4 March, and come back on 1 April."""
    limited = AGREEMENTS.replace('monthly_credit = "5.00"', 'monthly_credit = "5.00"\nspending_limit = true')
    small = made(office(FIRST_CLOSE), agreements=limited)
    import_rows(small, ["8,credit,vm3,cpu,50,2024-03-04T10:00:00Z"], "march.csv")
    told = states(small)["credit"]
    assert (told.state.cause, told.since) == (Cause.SPENDING_LIMIT, date(2024, 3, 4))
    assert said(told) == ("Disabled", "The spending limit was reached.", "It is active again from 1 April 2024.")


def test_a_trial_is_disabled_when_its_credit_expires_and_deleted_after(office: MakeOffice) -> None:
    """It used little of it: it was never used up, and is not said to have been after the rest lapsed."""
    from kvitto.runs.closing.issue_invoices import close

    small = made(office(FIRST_CLOSE), agreements=WITH_CREDIT)
    early = at(small, date(2024, 3, 1))
    assert said(states(early)["trial"])[2] == "It is disabled on 2 March 2024, when its credit has expired."
    close(small)  # lets what is left lapse
    for day in (FIRST_CLOSE, date(2024, 5, 20)):
        told = states(at(small, day))["trial"]
        assert (told.state.cause, told.since) == (Cause.CREDIT_EXPIRED, date(2024, 3, 2))
        assert str(told.coming) == "Its data is deleted on 31 May 2024."


def test_who_sees_no_invoices_does_not_learn_that_one_is_unpaid(office: MakeOffice) -> None:
    """A warning is not told; that it cannot be used is, without the cause and without what comes."""
    there = billed(office())
    places = [place for place in tree().places() if place.subscription.id == "lab"]
    (warned,) = states_of(at(there, date(2024, 4, 20)), places, may_see_invoices=()).values()
    (disabled,) = states_of(at(there, date(2024, 5, 20)), places, may_see_invoices=()).values()
    assert said(warned) == ("Active", "", "")
    assert said(disabled) == ("Disabled", "", "")


def test_the_subscription_of_an_invoice_scope_alone(office: MakeOffice) -> None:
    """A billing profile has no state of its own here."""
    there = at(billed(office()), date(2024, 4, 20))
    lab = own_invoice_scope(Scope(ScopeKind.SUBSCRIPTION, "lab"))
    cork = own_invoice_scope(Scope(ScopeKind.BILLING_PROFILE, "cork"))
    assert lab
    assert cork
    told = state_of_scope(there, lab)
    assert told
    assert told.state.state is State.WARNED
    assert state_of_scope(there, cork) is None


def test_all_of_the_office_in_order_of_id(office: MakeOffice) -> None:
    """For the command."""
    found = [one.place.subscription.id for one in all_states(billed(office()))]
    assert found == sorted(found)
    assert {"lab", "waves", "trial"} <= set(found)


@pytest.mark.parametrize("day", [date(2024, 3, 20), DUE, date(2024, 4, 10), date(2024, 5, 20), date(2024, 9, 1)])
def test_those_in_a_state_are_those_of_which_it_is_told(office: MakeOffice, day: date) -> None:
    """Though most are not looked at; to who sees no invoices, too. Where too many would have to be, none are given."""
    there = at(billed(office()), day)
    record_payment(there, LAB, failure("1.26", on_day=date(2024, 3, 15)))
    places = list(tree().places())
    for seen in ({place.invoice_scope for place in places}, set[Scope]()):
        told = states_of(there, places, seen)
        for state in State:
            found = in_state(there, places, state, seen, most=50)
            assert found == [place for place in places if told[place.scope].state.state is state]
    assert in_state(there, places, State.WARNED, set(), most=0) is None


def test_the_number_of_queries_does_not_grow(office: MakeOffice) -> None:
    """One subscription with a limit, or all of them, several of which have credit."""
    limited = WITH_CREDIT.replace('monthly_credit = "5.00"', 'monthly_credit = "5.00"\nspending_limit = true')
    small = made(office(FIRST_CLOSE), agreements=limited)
    places = list(tree().places())
    counts = []
    for some in ([place for place in places if place.subscription.id == "trial"], places):
        with CaptureQueriesContext(connection) as captured:
            states_of(small, some)
        counts.append(len(captured))
    assert counts[1] <= counts[0] + 8  # other agreements are around them, no invoice is yet
    assert counts[1] <= 40
