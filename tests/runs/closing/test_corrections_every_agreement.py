"""Usage that came late under every agreement: on the next invoice, in the usage file, and given back to credit.

Amounts are worked out by hand: hours × price, less credit, and 25 percent of tax on what is left.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kvitto.invoicing.invoice import Invoice
from kvitto.records.invoices import load
from kvitto.records.settlement import check_balances
from kvitto.runs.apply_agreements import apply
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.credits import credit_of
from kvitto.runs.export_agreements import migration
from kvitto.runs.import_prices import import_prices
from kvitto.runs.invoice_usage import invoice_usage_csv
from kvitto.runs.office import Office
from kvitto.runs.take_in_usage import take_in
from tests import tiered_office
from tests.runs.closing.agreement_offices import (
    EA,
    FIRST_DAY,
    IN_OPEN,
    MCA,
    MOSP,
    MPA,
    Open,
    agreed,
    closed,
    cost,
    sums,
    used,
)
from tests.runs.offices import at, written

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LAB_ONLY = MOSP.partition('[[mosp_accounts.subscriptions]]\nid = "plan"')[0]
WAVES = MCA[MCA.index('[[mca_accounts.billing_profiles.invoice_sections.subscriptions]]\nid = "waves"') :].partition(
    '[[mca_accounts.billing_profiles.invoice_sections.subscriptions]]\nid = "help"'
)[0]
QUAY = """
[[mca_accounts.billing_profiles]]
id = "quay"
name = "Quay"
[[mca_accounts.billing_profiles.invoice_sections]]
id = "harbour-works"
name = "Harbour works"
"""
WITHOUT_CREDIT = (
    MCA[: MCA.index("credits = [")] + MCA[MCA.index("]\n[[mca_accounts.billing_profiles.invoice_sec") + 2 :]
)


def late(office: Office, known_on: date, *uses: tuple[str, str, str, str]) -> None:
    """Usage that is accepted long after it was used."""
    used(office, *uses, ("nobody", "cpu", "1", known_on.isoformat()))  # a row of today that belongs to nobody


def credit_notes(office: Office, day: date) -> list[Invoice]:
    """What closing on the day gives back."""
    notes = [load(number) for one in close(at(office, day)).late_usage for number in one.credit_notes]
    for note in notes:
        assert_whole_note(office, note)
    assert check_balances() == []
    return notes


def assert_whole_note(office: Office, note: Invoice) -> None:
    """It refers to an invoice, and its lines to a period; its usage file takes back what it gives back."""
    assert note.refers_to
    assert all(line.corrects for line in note.lines)
    assert cost(invoice_usage_csv(office, note.number)) == -note.totals.lines


def corrected(invoice: Invoice) -> list[tuple[str, Decimal]]:
    """The amounts on the invoice that are about an earlier period, each with the first day of that."""
    return [(f"{line.corrects.period.start}", line.amount) for line in invoice.lines if line.corrects]


def test_a_profile_pays_late_usage_from_the_lot_of_its_days(open_office: Open) -> None:
    """January: 10 of usage of which 4 are a gift. 5 more come with February's support fee, paid from the balance."""
    made = open_office(MCA)
    used(made, ("waves", "cpu", "100", "2024-01-10"))
    (january,) = closed(made, date(2024, 2, 5)).values()
    assert sums(january) == "39.00 - 4.00 + 8.75 - 7.50 = 36.25"
    late(made, date(2024, 2, 20), ("waves", "cpu", "50", "2024-01-11"))
    (february,) = closed(made, date(2024, 3, 5)).values()
    assert sums(february) == "34.00 - 0.00 + 8.50 - 6.25 = 36.25"
    assert [section.name for section in february.sections] == ["Research"]
    assert credit_of(at(made, date(2024, 3, 5)), "cork").summary.current.amount == Decimal("6.25")
    assert check_balances() == []


def test_what_a_profile_did_not_use_goes_back_to_its_lots_last(open_office: Open) -> None:
    """90 hours less: 9.00 of 10.00 are given back, money first; then the balance, the gift stays with the rest."""
    made = open_office(MCA)
    used(made, ("waves", "cpu", "100", "2024-01-10"))
    closed(made, date(2024, 2, 5))
    late(made, date(2024, 2, 20), ("waves", "cpu", "-90", "2024-01-11"))
    (note,) = credit_notes(made, date(2024, 2, 21))
    assert sums(note) == "9.00 - 0.00 + 2.25 - 0.00 = 11.25"


def test_an_enrollment_that_grew_and_shrank(open_office: Open) -> None:
    """February used 50, 30 of it prepaid: 10 more are billed in March; of 45 less, 20 are money and 25 prepaid."""
    made = open_office(EA)
    used(made, ("forge", "cpu", "500", "2024-02-10"))
    (february,) = closed(made, date(2024, 3, 14)).values()
    assert sums(february) == "50.00 - 30.00 + 5.00 - 0.00 = 25.00"
    late(made, date(2024, 3, 20), ("forge", "cpu", "100", "2024-02-11"), ("forge", "cpu", "10", "2024-03-11"))
    (march,) = closed(made, date(2024, 4, 14)).values()
    assert sums(march) == "11.00 - 0.00 + 2.75 - 0.00 = 13.75"
    assert corrected(march) == [("2024-02-01", Decimal("10.00"))]
    assert [section.id for section in march.sections] == ["usage"]
    late(made, date(2024, 4, 20), ("forge", "cpu", "-450", "2024-02-12"))
    notes = credit_notes(made, date(2024, 4, 21))
    assert [sums(note) for note in notes] == ["45.00 - 25.00 + 5.00 - 0.00 = 25.00"]
    assert credit_of(at(made, date(2024, 4, 21)), "works").summary.current.amount == 25
    assert credit_notes(made, date(2024, 4, 21)) == []


def test_a_quarter_of_an_enrollment_is_corrected_in_itself(open_office: Open) -> None:
    """Usage of February that comes in May stands on the invoice of the second quarter."""
    made = open_office(EA.replace('"monthly"', '"quarterly"'))
    used(made, ("forge", "cpu", "500", "2024-01-10"))
    (first,) = closed(made, date(2024, 4, 14)).values()
    used(made, ("forge", "cpu", "70", "2024-02-11"), ("forge", "cpu", "10", "2024-05-20"))
    (second,) = closed(made, date(2024, 7, 14)).values()
    assert (second.period.start, sums(second)) == (date(2024, 4, 1), "8.00 - 0.00 + 2.00 - 0.00 = 10.00")
    (line,) = [line for line in second.lines if line.corrects]
    assert line.corrects
    assert (line.corrects.period, line.corrects.invoice_number, line.amount) == (
        first.period, first.number, Decimal("7.00"),
    )  # fmt: skip


def test_a_partner_pays_by_the_rate_and_the_credit_of_then(open_office: Open) -> None:
    """133.45 h × 0.085 = 11.34 cut; × 0.9215 = 10.44 cut, less the 9.66 billed: 0.78 beside 9.96 of February."""
    made = open_office(MPA.format(rate="0.9215", since="2024-01-01"))
    used(made, ("ovens", "cpu", "123.45", "2024-01-10"))
    agreed(made, MPA.format(rate="0.95", since="2024-02-01"), on=date(2024, 1, 30))
    closed(made, date(2024, 2, 5))
    late(made, date(2024, 2, 10), ("ovens", "cpu", "10", "2024-01-11"))
    used(made, ("ovens", "cpu", "123.45", "2024-02-20"))
    (february,) = closed(made, date(2024, 3, 5)).values()
    assert sums(february) == "10.74 - 0.00 + 2.69 - 0.00 = 13.43"
    (line,) = [line for line in february.lines if line.corrects]
    assert (line.amount, line.priced_amount, line.quantity) == (Decimal("0.78"), Decimal("0.85"), Decimal(10))
    late(made, date(2024, 3, 20), ("ovens", "cpu", "-133.45", "2024-01-12"))
    notes = credit_notes(made, date(2024, 3, 21))
    assert [note.totals.without_tax for note in notes] == [Decimal("9.66"), Decimal("0.78")]


def test_an_enrollment_without_an_invoice_gets_one(open_office: Open) -> None:
    """January used 20 of 30 prepaid; 20 more come late: 10 are over, and the prepayment is used once."""
    made = open_office(EA)
    used(made, ("forge", "cpu", "200", "2024-01-10"))
    assert closed(made, date(2024, 2, 14)) == {}
    late(made, date(2024, 2, 20), ("forge", "cpu", "200", "2024-01-11"))
    (january,) = closed(made, date(2024, 2, 21)).values()
    assert sums(january) == "40.00 - 30.00 + 2.50 - 0.00 = 12.50"
    assert credit_of(at(made, date(2024, 2, 21)), "works").summary.current.amount == 0


def test_what_is_left_of_a_prepayment_pays_late_usage_too(open_office: Open) -> None:
    """January's 20 and the 5 that come late are prepaid, as are February's 1; the marketplace never is."""
    made = open_office(EA.replace('amount = "30"', 'amount = "100"'))
    used(made, ("forge", "cpu", "200", "2024-01-10"), ("forge", "guard", "1", "2024-01-10"))
    (january,) = closed(made, date(2024, 2, 14)).values()
    assert sums(january) == "22.00 - 20.00 + 0.50 - 0.00 = 2.50"
    late(made, date(2024, 2, 20), ("forge", "cpu", "50", "2024-01-11"))
    used(made, ("forge", "cpu", "10", "2024-02-25"), ("forge", "guard", "1", "2024-02-25"))
    (february,) = closed(made, date(2024, 3, 14)).values()
    assert sums(february) == "8.00 - 6.00 + 0.50 - 0.00 = 2.50"
    assert credit_of(at(made, date(2024, 3, 14)), "works").summary.current.amount == 74


def test_each_profile_is_corrected_for_the_days_that_were_its_own(open_office: Open) -> None:
    """Waves moved from Cork to Quay on 16 February: 1.00 late before it is Cork's, 2.00 after it Quay's."""
    before = WITHOUT_CREDIT + QUAY
    made = open_office(before)
    moved = before.replace(WAVES, "") + WAVES
    agreed(made, moved, on=date(2024, 2, 16))
    used(made, ("waves", "cpu", "100", "2024-02-10"), ("waves", "cpu", "50", "2024-02-20"))
    closed(made, date(2024, 2, 5))
    february = closed(made, date(2024, 3, 5))
    assert {key: one.totals.lines for key, one in february.items()} == {
        "cork AzureServices": Decimal("39.00"),  # 29 of them for support
        "quay AzureServices": Decimal("5.00"),
    }
    late(made, date(2024, 3, 10), ("waves", "cpu", "10", "2024-02-15"))
    late(made, date(2024, 3, 10), ("waves", "cpu", "20", "2024-02-16"))
    march = closed(made, date(2024, 4, 5))
    assert {key: corrected(one) for key, one in march.items()} == {
        "cork AzureServices": [("2024-02-01", Decimal("1.00"))],
        "quay AzureServices": [("2024-02-01", Decimal("2.00"))],
    }


def test_prepaid_keys_pay_late_usage_as_far_as_they_go(open_office: Open) -> None:
    """12 of 20 used and no invoice; 10 more come late: 2 are over, before tax."""
    made = open_office(IN_OPEN)
    used(made, ("prepaid", "cpu", "120", "2024-03-10"))
    assert closed(made, date(2025, 2, 2)) == {}
    late(made, date(2025, 2, 3), ("prepaid", "cpu", "100", "2024-04-10"))
    (invoice,) = closed(made, date(2025, 2, 4)).values()
    assert sums(invoice) == "22.00 - 20.00 + 0.50 - 0.00 = 2.50"


def test_late_marketplace_usage_is_billed_though_nothing_else_was_bought(open_office: Open) -> None:
    """3 hours of January in time, 1 late, none in February."""
    made = open_office(LAB_ONLY)
    used(made, ("lab", "guard", "3", "2024-01-10"))
    (january,) = closed(made, date(2024, 2, 9)).values()
    assert sums(january) == "6.00 - 0.00 + 1.50 - 0.00 = 7.50"
    late(made, date(2024, 2, 20), ("lab", "guard", "1", "2024-01-11"))
    issued = [*closed(made, date(2024, 3, 2)).values(), *closed(made, date(2024, 3, 9)).values()]
    assert [sums(one) for one in issued] == ["2.00 - 0.00 + 0.50 - 0.00 = 2.50"]
    assert closed(made, date(2024, 4, 9)) == {}


def test_who_had_a_subscription_pays_for_its_late_usage(open_office: Open) -> None:
    """After the move to a customer agreement, 2.00 of before it stand on an invoice of the old kind."""
    made = open_office(LAB_ONLY)
    found = migration(at(made, date(2024, 2, 10)), "nordlys", date(2024, 2, 20))
    apply(at(made, date(2024, 2, 10)), written(made, "moved.toml", found.text))
    used(made, ("lab", "cpu", "100", "2024-01-10"), ("lab", "cpu", "40", "2024-02-20"))
    assert set(closed(made, date(2024, 3, 20))) == {"lab AzureServices", "lab-profile AzureServices"}
    late(made, date(2024, 3, 25), ("lab", "cpu", "20", "2024-02-15"))
    late(made, date(2024, 3, 25), ("lab", "cpu", "30", "2024-02-21"))
    issued = [*closed(made, date(2024, 3, 26)).values(), *closed(made, date(2024, 4, 5)).values()]
    assert {(one.agreement, sums(one)) for one in issued} == {
        ("MicrosoftOnlineServicesProgram", "2.00 - 0.00 + 0.50 - 0.00 = 2.50"),
        ("MicrosoftCustomerAgreement", "3.00 - 0.00 + 0.75 - 0.00 = 3.75"),
    }


def test_tiers_are_filled_again_from_the_first(office: Callable[..., Office], tmp_path: Path) -> None:
    """12 gigabytes: 10 at 2.00, 2 at 0.10. 5 more are all of the second tier; of 8 less, 7 are, and 1 of the first."""
    made = office(date(2024, 5, 25))
    tiered_office.write_files(tmp_path)
    apply(at(made, FIRST_DAY), tmp_path / "agreements.toml")
    import_prices(at(made, FIRST_DAY), tmp_path / "prices.toml", [tmp_path / "prices.csv"])
    signed = tiered_office.USAGE_MAPPING.replace('column = "used"', 'column = "used"\nallow_negative = true')
    mapping = written(made, "usage.toml", signed)
    take_in(made, mapping, [tmp_path / "usage.csv"])
    (january,) = [load(one.number) for one in close(at(made, date(2024, 3, 10))).issued]
    assert january.totals.lines == Decimal("20.20")
    more = "id,customer,meter,at,used\n9,Storage,storage,2024-02-01T13:00:00,5\n"
    take_in(made, mapping, [written(made, "more.csv", more)])
    (february,) = [load(one.number) for one in close(at(made, date(2024, 4, 10))).issued]
    assert corrections(february) == [(Decimal(10), Decimal(5), Decimal("0.50"))]
    less = "id,customer,meter,at,used\n10,Storage,storage,2024-02-02T13:00:00,-8\n"
    take_in(made, mapping, [written(made, "less.csv", less)])
    (note,) = credit_notes(made, date(2024, 4, 11))
    assert corrections(note) == [(Decimal(0), Decimal(1), Decimal("2.00")), (Decimal(10), Decimal(7), Decimal("0.70"))]


def corrections(document: Invoice) -> list[tuple[Decimal, Decimal, Decimal]]:
    """Tier, quantity and amount of the lines that correct an earlier period."""
    return [(line.tier_from, line.quantity, line.amount) for line in document.lines if line.corrects]
