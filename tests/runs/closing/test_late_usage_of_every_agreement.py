"""Usage that comes after its invoice, under every agreement: each is billed as if it had come in time, and once.

Amounts are worked out by hand: hours × price, less credit, and 25 percent of tax on what is left.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kvitto.invoicing.invoice import Invoice
from kvitto.runs.apply_agreements import apply
from kvitto.runs.credits import credit_of
from kvitto.runs.export_agreements import migration
from kvitto.runs.office import Office
from tests.runs.closing.agreement_offices import EA, IN_OPEN, MCA, MOSP, MPA, Open, agreed, closed, sums, used
from tests.runs.offices import at, import_rows, written

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


def late(office: Office, on: date, subscription: str, meter: str, hours: str, day: str) -> None:
    """Usage of this day that comes on another."""
    row = f"late-{subscription}-{meter}-{hours}-{day},{subscription},vm,{meter},{hours},{day}T12:00:00Z"
    import_rows(at(office, on), [row], f"late-{on}-{hours}.csv")


def corrected(invoice: Invoice) -> list[tuple[str, Decimal]]:
    """The amounts on the invoice that are about an earlier period, each with the first day of that."""
    return [(f"{line.corrects.period.start}", line.amount) for line in invoice.lines if line.corrects]


def test_an_enrollment_without_an_invoice_gets_one(open_office: Open) -> None:
    """January used 20 of 30 prepaid; 20 more come late: 10 are over, and the prepayment is used once."""
    made = open_office(EA)
    used(made, ("forge", "cpu", "200", "2024-01-10"))
    assert closed(made, date(2024, 2, 14)) == {}
    late(made, date(2024, 2, 20), "forge", "cpu", "200", "2024-01-11")
    (january,) = closed(made, date(2024, 2, 21)).values()
    assert sums(january) == "40.00 - 30.00 + 2.50 - 0.00 = 12.50"
    assert credit_of(at(made, date(2024, 2, 21)), "works").summary.current.amount == 0


def test_an_enrollment_pays_late_usage_with_the_next_invoice(open_office: Open) -> None:
    """The prepayment is used up: March bills its own 1.00, and 5.00 of February."""
    made = open_office(EA)
    used(made, ("forge", "cpu", "400", "2024-02-10"))
    (february,) = closed(made, date(2024, 3, 14)).values()
    assert sums(february) == "40.00 - 30.00 + 2.50 - 0.00 = 12.50"
    late(made, date(2024, 3, 20), "forge", "cpu", "50", "2024-02-11")
    used(made, ("forge", "cpu", "10", "2024-03-25"))
    (march,) = closed(made, date(2024, 4, 14)).values()
    assert sums(march) == "6.00 - 0.00 + 1.50 - 0.00 = 7.50"
    assert corrected(march) == [("2024-02-01", Decimal("5.00"))]


def test_what_is_left_of_a_prepayment_pays_late_usage_too(open_office: Open) -> None:
    """January's 20 and the 5 that come late are prepaid, as are February's 1; the marketplace never is."""
    made = open_office(EA.replace('amount = "30"', 'amount = "100"'))
    used(made, ("forge", "cpu", "200", "2024-01-10"), ("forge", "guard", "1", "2024-01-10"))
    (january,) = closed(made, date(2024, 2, 14)).values()
    assert sums(january) == "22.00 - 20.00 + 0.50 - 0.00 = 2.50"
    late(made, date(2024, 2, 20), "forge", "cpu", "50", "2024-01-11")
    used(made, ("forge", "cpu", "10", "2024-02-25"), ("forge", "guard", "1", "2024-02-25"))
    (february,) = closed(made, date(2024, 3, 14)).values()
    assert sums(february) == "8.00 - 6.00 + 0.50 - 0.00 = 2.50"
    assert credit_of(at(made, date(2024, 3, 14)), "works").summary.current.amount == 74


def test_a_quarter_is_corrected_in_the_next(open_office: Open) -> None:
    """50 hours of February come after the invoice of the first quarter; the second has no other usage."""
    made = open_office(EA.replace('"monthly"', '"quarterly"'))
    used(made, ("forge", "cpu", "400", "2024-02-10"))
    (first,) = closed(made, date(2024, 4, 14)).values()
    assert sums(first) == "40.00 - 30.00 + 2.50 - 0.00 = 12.50"
    late(made, date(2024, 4, 20), "forge", "cpu", "50", "2024-02-11")
    used(made, ("forge", "cpu", "10", "2024-05-25"))
    (second,) = closed(made, date(2024, 7, 14)).values()
    assert sums(second) == "6.00 - 0.00 + 1.50 - 0.00 = 7.50"
    assert corrected(second) == [("2024-01-01", Decimal("5.00"))]


def test_a_partner_is_corrected_by_the_rate_of_the_month_it_is_about(open_office: Open) -> None:
    """133.45 h × 0.085 = 11.34 cut, × 0.9215 = 10.44 cut: 0.78 more than was billed for January."""
    made = open_office(MPA.format(rate="0.9215", since="2024-01-01"))
    agreed(made, MPA.format(rate="0.95", since="2024-02-01"), on=date(2024, 1, 30))
    used(made, ("ovens", "cpu", "123.45", "2024-01-10"))
    (january,) = closed(made, date(2024, 2, 5)).values()
    assert january.totals.lines == Decimal("9.66")
    late(made, date(2024, 2, 10), "ovens", "cpu", "10", "2024-01-11")
    used(made, ("ovens", "cpu", "123.45", "2024-02-20"))
    (february,) = closed(made, date(2024, 3, 5)).values()
    assert corrected(february) == [("2024-01-01", Decimal("0.78"))]
    assert sums(february) == "10.74 - 0.00 + 2.69 - 0.00 = 13.43"


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
    late(made, date(2024, 3, 10), "waves", "cpu", "10", "2024-02-15")
    late(made, date(2024, 3, 10), "waves", "cpu", "20", "2024-02-16")
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
    late(made, date(2025, 2, 3), "prepaid", "cpu", "100", "2024-04-10")
    (invoice,) = closed(made, date(2025, 2, 4)).values()
    assert sums(invoice) == "22.00 - 20.00 + 0.50 - 0.00 = 2.50"


def test_late_marketplace_usage_is_billed_though_nothing_else_was_bought(open_office: Open) -> None:
    """3 hours of January in time, 1 late, none in February."""
    made = open_office(LAB_ONLY)
    used(made, ("lab", "guard", "3", "2024-01-10"))
    (january,) = closed(made, date(2024, 2, 9)).values()
    assert sums(january) == "6.00 - 0.00 + 1.50 - 0.00 = 7.50"
    late(made, date(2024, 2, 20), "lab", "guard", "1", "2024-01-11")
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
    late(made, date(2024, 3, 25), "lab", "cpu", "20", "2024-02-15")
    late(made, date(2024, 3, 25), "lab", "cpu", "30", "2024-02-21")
    issued = [*closed(made, date(2024, 3, 26)).values(), *closed(made, date(2024, 4, 5)).values()]
    assert {(one.agreement, sums(one)) for one in issued} == {
        ("MicrosoftOnlineServicesProgram", "2.00 - 0.00 + 0.50 - 0.00 = 2.50"),
        ("MicrosoftCustomerAgreement", "3.00 - 0.00 + 0.75 - 0.00 = 3.75"),
    }
