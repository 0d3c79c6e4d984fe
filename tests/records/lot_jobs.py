"""What the processes of the tests of the credit ledger do."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal


def make(_arguments: Sequence[str]) -> None:
    """An office with two lots."""
    from tests.faults import make_office, start_django

    make_office()
    start_django()
    from django.db import transaction

    from kvitto.agreements.credit_lots import LotTreatment
    from tests.records.lots import agree_lots, lot

    with transaction.atomic():
        agree_lots(lot("gift", "300"), lot("balance", "300", treatment=LotTreatment.PAYMENT))


def use_at_random(arguments: Sequence[str]) -> None:
    """So many times: an invoice of a period of its own, given back now and then, or an adjustment; some rolled back."""
    from tests.faults import start_django

    start_django()
    from django.db import transaction

    from kvitto.records.settlement import UnableToSettle, adjust
    from tests.records.lots import NOW

    turn, rounds = map(int, arguments)
    choose = random.Random(turn)  # noqa: S311 - no secret
    for number in range(rounds):
        try:
            with transaction.atomic():
                if choose.random() < 0.25:
                    lot = choose.choice(["gift", "balance"])
                    adjust(lot, Decimal(choose.randint(-40, 60)), "O13", "", NOW)
                else:
                    _invoice(turn * rounds + number, choose)
                if choose.random() < 0.3:
                    transaction.set_rollback(True)
        except UnableToSettle:
            continue


def _invoice(number: int, choose: random.Random) -> None:
    from kvitto.invoicing.credit_notes import full_credit_note
    from kvitto.periods import Period
    from kvitto.records.invoices import load
    from kvitto.records.issuing import issue
    from kvitto.records.settlement import give_back, locked_lots, take
    from tests.records.lots import LAB, NOW, drafted

    start = date(2024, 1, 1) + timedelta(days=number)
    period = Period(start, start + timedelta(days=1))
    draft = drafted(str(choose.randint(1, 30)), locked_lots(LAB, period), period)
    issued = issue(draft, LAB, "K", NOW).invoice.number
    take(issued, draft, LAB, NOW)
    if choose.random() < 0.4:
        note = full_credit_note(load(issued), [], "void", NOW.date())
        give_back(issue(note, LAB, "K", NOW).invoice.number, note, NOW)


def tell(_arguments: Sequence[str]) -> None:
    """Print what is left, what must be left by what was issued and adjusted, and which balances are wrong."""
    from tests.faults import start_django

    start_django()
    from kvitto.invoicing.invoice import DocumentType
    from kvitto.invoicing.settlement import taken_of
    from kvitto.records.invoices import load_all
    from kvitto.records.models import LotEntry
    from kvitto.records.settlement import check_balances
    from tests.records.lots import left

    expected = dict.fromkeys(("gift", "balance"), 30000)
    for lot, minor in LotEntry.objects.filter(kind="adjustment").values_list("lot", "amount_minor"):
        expected[lot] += minor
    for document in load_all():
        sign = 1 if document.document_type is DocumentType.CREDIT_NOTE else -1
        for lot, amount in taken_of(document).items():
            expected[lot] += sign * amount.minor_units("SE")
    print(json.dumps({"left": left(), "expected": expected, "wrong": check_balances()}))  # noqa: T201 - how a process answers
