"""The ledger of credit lots: nothing is used twice, everything can be given back, and balances add up."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from kvitto.agreements.credit_lots import LotTreatment
from kvitto.invoicing.credit_notes import credit_note_over, full_credit_note
from kvitto.invoicing.invoice import Invoice
from kvitto.money import CurrencyMismatch, Money
from kvitto.periods import Period, calendar_month
from kvitto.records.invoices import load
from kvitto.records.issuing import issue
from kvitto.records.models import LotBalance, LotEntry
from kvitto.records.settlement import (
    Movement,
    UnableToSettle,
    adjust,
    check_balances,
    expire,
    give_back,
    locked_lots,
    lots_of,
    lots_of_scopes,
    open_lots,
    settle_without_invoice,
    take,
)
from tests.campaign import size
from tests.faults import Job, run_jobs, run_together
from tests.invoicing.cast import FEBRUARY
from tests.records.lots import LAB, NOW, agree, agree_lots, drafted, left, lot, usd

pytestmark = [pytest.mark.django_db, pytest.mark.database]

MARCH = calendar_month(date(2024, 3, 1))
PAYMENT = LotTreatment.PAYMENT


def issued(amount: str, period: Period = FEBRUARY) -> Invoice:
    """An invoice over these charges that uses the lots, as closing issues it."""
    with transaction.atomic():
        draft = drafted(amount, locked_lots(LAB, period), period)
        number = issue(draft, LAB, "K", NOW).invoice.number
        take(number, draft, LAB, NOW)
    return load(number)


def given_back(note: Invoice, edition: int = 1) -> None:
    """Issue the credit note and give back what it says."""
    note = replace(note, edition=edition)
    give_back(issue(note, LAB, "K", NOW).invoice.number, note, NOW)


def entries(key: str = "gift") -> list[tuple[str, int]]:
    """The movements of a lot."""
    return list(LotEntry.objects.filter(lot=key).order_by("pk").values_list("kind", "amount_minor"))


def test_a_lot_becomes_known_once() -> None:
    """Applying agreements again adds nothing."""
    agree_lots(lot())
    open_lots([lot()], NOW)
    assert entries() == [("new-credit", 10000)]
    assert [(state.lot, state.left) for state in lots_of(LAB)] == [(lot(), usd("100"))]
    assert check_balances() == []


def test_a_changed_amount_moves_the_balance_by_the_difference() -> None:
    """More, less, but not less than was used."""
    agree_lots(lot())
    issued("30")
    agree(lot(amount="150"))
    agree(lot(amount="40"))
    assert entries() == [
        ("new-credit", 10000),
        ("settled-charges", -3000),
        ("new-credit", 5000),
        ("new-credit", -11000),
    ]
    with pytest.raises(UnableToSettle, match="Less is left of the credit gift"), transaction.atomic():
        agree(lot(amount="20"))
    assert (left(), check_balances()) == ({"gift": 1000}, [])


def test_an_invoice_takes_what_it_says() -> None:
    """A discount before tax and a payment after it; the entries name the invoice."""
    agree_lots(lot(), lot("balance", "500", treatment=PAYMENT))
    invoice = issued("250")
    assert (invoice.totals.allowances, invoice.totals.prepaid, invoice.totals.payable) == (
        Decimal(100),
        Decimal("187.5"),
        Decimal(0),
    )
    assert left() == {"gift": 0, "balance": 31250}
    assert set(LotEntry.objects.exclude(invoice=None).values_list("invoice", flat=True)) == {invoice.number}


def test_a_preview_takes_nothing() -> None:
    """It works on a copy."""
    agree_lots(lot())
    assert drafted("80", lots_of(LAB)).totals.allowances == 80
    assert (left(), lots_of_scopes([LAB])) == ({"gift": 10000}, {LAB: lots_of(LAB)})


def test_nothing_is_taken_twice_for_one_invoice() -> None:
    """The unique constraint stands behind the caller."""
    agree_lots(lot())
    invoice = issued("30")
    with pytest.raises(IntegrityError), transaction.atomic():
        take(invoice.number, invoice, LAB, NOW)
    assert (left(), check_balances()) == ({"gift": 7000}, [])


def test_a_lot_never_falls_below_zero() -> None:
    """A draft made before somebody else used the lot takes nothing at all."""
    agree_lots(lot())
    stale = drafted("80", lots_of(LAB), MARCH)
    issued("70")
    with pytest.raises(UnableToSettle), transaction.atomic():
        take(issue(stale, LAB, "K", NOW).invoice.number, stale, LAB, NOW)
    assert left() == {"gift": 3000}


def test_voiding_gives_back_exactly_what_was_taken() -> None:
    """Also to a lot that has expired since: a rebill of the same days uses it again."""
    agree_lots(lot(expires=date(2024, 3, 2)), lot("balance", "500", treatment=PAYMENT))
    invoice = issued("250")
    expire(["gift"], NOW)
    given_back(full_credit_note(invoice, [], "void", NOW.date()))
    assert left() == {"gift": 10000, "balance": 50000}
    assert drafted("250", lots_of(LAB)).totals == invoice.totals
    assert check_balances() == []


def test_parts_are_given_back_until_nothing_is_left() -> None:
    """Money first, then the payments of lots; the rest brings every lot back to where it was."""
    agree_lots(lot(), lot("balance", "50", treatment=PAYMENT))
    invoice = issued("180")  # 80 and 20 of tax, 50 of them from the balance
    part = credit_note_over(invoice, [], usd("60"), "correction", NOW.date())
    given_back(part)
    assert left() == {"gift": 0, "balance": 1000}
    given_back(full_credit_note(invoice, [part], "void", NOW.date()), edition=2)
    assert (left(), check_balances()) == ({"gift": 10000, "balance": 5000}, [])


def test_never_more_is_given_back_than_was_taken() -> None:
    """Whoever asks."""
    agree_lots(lot())
    invoice = issued("30")
    note = full_credit_note(invoice, [], "void", NOW.date())
    given_back(note)
    with pytest.raises(UnableToSettle, match="took less from the credit gift"), transaction.atomic():
        given_back(note, edition=2)
    assert left() == {"gift": 10000}


def test_a_period_without_an_invoice_uses_its_credit_once() -> None:
    """Rated again it is the same; late usage moves the lot by the difference; usage taken back gives some back."""
    agree_lots(lot())
    for amount in ("30", "30", "45", "20"):
        settle_without_invoice(drafted(amount, lots_of(LAB, FEBRUARY)), LAB, NOW)
    assert entries()[1:] == [("settled-charges", -3000), ("settled-charges", -1500), ("given-back", 2500)]
    assert [state.left for state in lots_of(LAB, FEBRUARY)] == [usd("100")]
    assert [state.left for state in lots_of(LAB, MARCH)] == [state.left for state in lots_of(LAB)] == [usd("80")]
    assert check_balances() == []


def test_an_invoice_takes_over_what_its_period_used_without_one() -> None:
    """Late usage exceeds the credit after all: the invoice uses the whole lot, not what is left of it."""
    agree_lots(lot())
    settle_without_invoice(drafted("90", lots_of(LAB, FEBRUARY)), LAB, NOW)
    assert issued("130").totals.allowances == 100
    assert entries()[2:] == [("given-back", 9000), ("settled-charges", -10000)]
    assert (left(), check_balances()) == ({"gift": 0}, [])


def test_a_period_that_was_invoiced_meanwhile_uses_nothing_by_itself() -> None:
    """Two closes at once: one found it covered, the other, which knew of late usage, has issued its invoice."""
    agree_lots(lot())
    stale = drafted("90", lots_of(LAB, FEBRUARY))
    issued("95")
    settle_without_invoice(stale, LAB, NOW)
    assert left() == {"gift": 500}


def test_credit_lapses_on_its_day_once() -> None:
    """The entry bears the day of expiry, whenever it is made; what was given back since lapses again."""
    agree_lots(lot(expires=date(2024, 3, 2)), lot("later"))
    issued("30")
    before = datetime(2024, 3, 1, 23, 59, tzinfo=UTC)
    assert expire(["gift", "later"], before) == []
    assert expire(["gift", "later"], NOW) == ["gift"]
    assert expire(["gift", "later"], NOW) == []
    assert list(LotEntry.objects.filter(kind=Movement.EXPIRED).values_list("amount_minor", "on_day")) == [
        (-7000, date(2024, 3, 2))
    ]
    adjust("gift", Decimal(5), "O7", "", NOW)
    assert expire(["gift"], NOW) == ["gift"]
    assert (left(), check_balances()) == ({"gift": 0, "later": 10000}, [])


def test_an_adjustment_has_a_code_and_happens_once_per_reference() -> None:
    """agreements.md §6.4: O7 is a technical concession."""
    agree_lots(lot())
    for _ in range(2):
        assert adjust("gift", Decimal("12.5"), "O7", "slow disks", NOW, "ticket 8").state.left == usd("112.5")
    adjust("gift", Decimal(-2), "O2", "", NOW)
    causes = LotEntry.objects.filter(kind=Movement.ADJUSTMENT).order_by("pk").values_list("cause", flat=True)
    assert (list(causes), left()) == (["O7 slow disks", "O2"], {"gift": 11050})


@pytest.mark.parametrize(
    ("key", "amount", "code", "says"),
    [
        ("gift", "1", "Q1", "There is no code Q1"),
        ("none", "1", "O7", "There is no credit with the id none"),
        ("gift", "1.005", "O7", "more decimals"),
        ("gift", "-100.01", "O7", "Less is left of the credit gift"),
    ],
)
def test_what_cannot_be_adjusted_is_told(key: str, amount: str, code: str, says: str) -> None:
    """And nothing is changed."""
    agree_lots(lot())
    with pytest.raises(UnableToSettle, match=says):
        adjust(key, Decimal(amount), code, "", NOW)
    assert left() == {"gift": 10000}


def test_a_credit_in_another_currency_is_a_fault() -> None:
    """Euros never pay for dollars."""
    agree_lots(replace(lot(), amount=Money(Decimal(5), "EUR")))
    with pytest.raises(CurrencyMismatch):
        drafted("5", lots_of(LAB))


def test_a_balance_that_does_not_add_up_is_found() -> None:
    """So is a lot that is agreed and not known."""
    agree_lots(lot(), lot("other"), lot("third"))
    LotBalance.objects.filter(lot_key="gift").update(left_minor=9999)
    LotBalance.objects.filter(lot_key="other").update(left_minor=-1)
    agree(lot("unknown"), opened=False)
    assert check_balances() == ["gift", "other", "unknown"]


def test_lots_are_locked_inside_a_transaction_only(transactional_db: None) -> None:
    """Outside, nothing would be held."""
    with pytest.raises(AssertionError):
        locked_lots(LAB)


@pytest.mark.campaign
def test_many_at_once_never_use_a_lot_twice(
    tmp_path: Path, own_database: dict[str, str], record_property: Callable[[str, object], None]
) -> None:
    """Processes that issue, void, adjust and roll back as it comes: what they say was used is what is gone."""
    home = tmp_path / "office"
    rounds, processes = size(sample=12, full=400), 4
    record_property("attempts", rounds * processes)
    (made,) = run_jobs([Job(home, "tests.records.lot_jobs:make", environment=own_database)])
    assert made.status == 0, made.err
    outcomes = run_together(
        [
            Job(home, "tests.records.lot_jobs:use_at_random", [str(turn), str(rounds)], environment=own_database)
            for turn in range(processes)
        ]
    )
    assert [outcome.status for outcome in outcomes] == [0] * processes, [outcome.err for outcome in outcomes]
    (told,) = run_jobs([Job(home, "tests.records.lot_jobs:tell", environment=own_database)])
    found = json.loads(told.out)
    assert found["wrong"] == []
    assert found["left"] == found["expected"]
    assert all(minor >= 0 for minor in found["left"].values())
