"""Why there is no invoice: each reason on both sides of its conditions, their order, and what is never told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvitto.agreements.hierarchy import AgreementType
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.invoicing.absence import (
    AbsenceFacts,
    Amounts,
    Asker,
    Moved,
    Reason,
    Refusal,
    Relation,
    Terms,
    Timing,
    depends_on_amounts,
    is_billed,
    why_no_invoice,
    without_amounts,
)
from kvitto.language import LANGUAGES, Phrase, phrase
from kvitto.money import Money
from kvitto.periods import Period, midnight
from tests.campaign import size
from tests.invoicing.cast import FREE_TRIAL, PAY_AS_YOU_GO, monthly_credit

STARTED = date(2024, 2, 5)
PERIOD = Period(date(2024, 2, 5), date(2024, 3, 5))
SECOND_PERIOD = Period(date(2024, 3, 5), date(2024, 4, 5))
INVOICE_DAY = date(2024, 3, 15)
SECOND_INVOICE_AT = midnight(date(2024, 4, 15))
MOSP, MCA, EA, MPA = AgreementType.MOSP, AgreementType.MCA, AgreementType.EA, AgreementType.MPA
PREPAID = Offer(OfferKind.AZURE_IN_OPEN)
SUPPORT = Offer(OfferKind.SUPPORT)
ALL_KINDS = tuple(InvoiceKind)
RULE = phrase("Your roles here do not open the invoices.")

Change = Callable[[AbsenceFacts], AbsenceFacts]


def usd(amount: str) -> Money:
    """US dollars."""
    return Money(Decimal(amount), "USD")


def due(agreement: AgreementType = MOSP) -> AbsenceFacts:
    """A period of pay-as-you-go usage that is due and owes 18.13, as the office sees it: an invoice is to be made."""
    return AbsenceFacts(
        terms=Terms(agreement, PAY_AS_YOU_GO, kinds=ALL_KINDS if agreement is MOSP else (InvoiceKind.SERVICES,)),
        asked_from=PERIOD.start,
        time=Timing(PERIOD, midnight(date(2024, 3, 20)), STARTED, STARTED + timedelta(days=30), midnight(INVOICE_DAY)),
        amounts=Amounts(usd("18.13"), usd("22.66"), has_usage=True),
    )


def terms(**changes: object) -> Change:
    """With other terms."""
    return lambda facts: replace(facts, terms=replace(facts.terms or due().terms, **changes))  # type: ignore[type-var]


def on(day: date, period: Period = PERIOD, invoice_day: date = INVOICE_DAY) -> Change:
    """On another day, or in another period."""

    def changed(facts: AbsenceFacts) -> AbsenceFacts:
        assert facts.time
        time = replace(facts.time, now=midnight(day), period=period, invoice_at=midnight(invoice_day))
        return replace(facts, time=time, asked_from=period.start)

    return changed


def amounts(charges: str = "18.13", owed: str = "22.66", **changes: bool) -> Change:
    """With other amounts."""
    told = Amounts(usd(charges), usd(owed), **{"has_usage": True, **changes})
    return lambda facts: replace(facts, amounts=told)


def deleted(facts: AbsenceFacts) -> AbsenceFacts:
    """There was an invoice, which was kept long enough."""
    assert facts.time
    return replace(facts, time=replace(facts.time, is_deleted=True))


def asker(relation: Relation = Relation.ROLE, refusal: Refusal | None = None, directory: str = "") -> Change:
    """Asked by somebody."""
    return lambda facts: replace(facts, asker=Asker("vera@example.com", "lab", relation, directory, refusal))


REFUSED = asker(refusal=Refusal(RULE, ("Anna Ozola",)))
CUSTOMER = asker(refusal=Refusal(RULE, is_customer_of_partner=True))


def asked_from(day: date) -> Change:
    """About a period that began then."""
    return lambda facts: replace(facts, asked_from=day)


def with_all(facts: AbsenceFacts, *changes: Change) -> AbsenceFacts:
    """The facts with these changes, one after the other."""
    for change in changes:
        facts = change(facts)
    return facts


def plain_spaces(sentence: Phrase) -> str:
    """The sentence with every kind of space as a plain one."""
    return " ".join(str(sentence).split())


BILLED = "billed"
SECOND = (SECOND_PERIOD, date(2024, 4, 15))
MOVED = Moved(date(2024, 2, 5), "Riga office", "riga")
NO_PERIOD_SO_FAR = on(date(2024, 3, 10))  # ended, and not due

# reason, agreement, and what makes it hold; what its neighbours on the other side of the condition are
TABLE: list[tuple[str, AgreementType, tuple[Change, ...]]] = [
    (BILLED, MOSP, ()),
    (BILLED, MCA, ()),
    (BILLED, EA, ()),
    (BILLED, MPA, ()),
    # N1: less than 30 days, strictly
    ("N1", MOSP, (on(STARTED + timedelta(days=29), *SECOND),)),
    ("N2", MOSP, (on(STARTED + timedelta(days=30), *SECOND),)),
    ("N1", MCA, (on(STARTED + timedelta(days=29), *SECOND),)),
    ("N1", EA, (on(STARTED + timedelta(days=29), *SECOND),)),
    ("N1", MPA, (on(STARTED + timedelta(days=29), *SECOND),)),
    # N2: up to the last day
    ("N2", MOSP, (on(date(2024, 4, 4), *SECOND),)),
    ("N3", MOSP, (on(date(2024, 4, 5), *SECOND),)),
    ("N2", EA, (on(date(2024, 4, 4), *SECOND),)),
    # N3: up to the invoice day
    ("N3", MOSP, (on(date(2024, 3, 14)),)),
    (BILLED, MOSP, (on(INVOICE_DAY),)),
    ("N3", MPA, (on(date(2024, 3, 14)),)),
    # a support plan is neither too new nor open
    ("N3", MOSP, (terms(offer=SUPPORT, kind=InvoiceKind.SUPPORT), on(STARTED, PERIOD, date(2024, 2, 10)))),
    (BILLED, MOSP, (terms(offer=SUPPORT, kind=InvoiceKind.SUPPORT), on(STARTED, PERIOD, STARTED))),
    # N4: a free trial that owes nothing
    ("N4", MOSP, (terms(offer=FREE_TRIAL), amounts(owed="0"))),
    (BILLED, MOSP, (terms(offer=FREE_TRIAL), amounts(owed="0.01"))),
    ("N4", MOSP, (terms(offer=FREE_TRIAL), amounts("0", "0", has_usage=False))),
    # N5: charges up to the credit, exactly equal among them
    ("N5", MOSP, (terms(offer=monthly_credit("150")), amounts("149.99", "0", is_covered=True))),
    ("N5", MOSP, (terms(offer=monthly_credit("150")), amounts("150", "0", is_covered=True))),
    (BILLED, MOSP, (terms(offer=monthly_credit("150")), amounts("150.01", "0.01"))),
    ("N5", MOSP, (terms(offer=Offer(OfferKind.SPONSORSHIP)), amounts("20", "0", is_covered=True))),
    ("N5", MOSP, (terms(offer=monthly_credit("5")), amounts("20", "0", is_covered=True))),
    # N6: no records; records that come to nothing are billed
    ("N6", MOSP, (amounts("0", "0", has_usage=False),)),
    ("N6", MOSP, (terms(offer=monthly_credit("150")), amounts("0", "0", has_usage=False, is_covered=True))),
    ("N6", MOSP, (terms(kind=InvoiceKind.MARKETPLACE), amounts("0", "0", has_usage=False))),
    (BILLED, MOSP, (amounts("0", "0"),)),
    # N7, N8, N9
    ("N7", MOSP, (REFUSED,)),
    ("N8", MCA, (REFUSED,)),
    ("N8", MPA, (REFUSED,)),
    ("N9", MOSP, (REFUSED, asked_from(date(2016, 11, 30)))),
    ("N7", MOSP, (REFUSED, asked_from(date(2016, 12, 1)))),
    ("N8", MCA, (REFUSED, asked_from(date(2016, 11, 30)))),
    (BILLED, MOSP, (asked_from(date(2016, 11, 30)),)),
    ("N9", MCA, (deleted,)),
    ("N10", MCA, (deleted, asker(Relation.NONE))),
    ("N8", MCA, (deleted, REFUSED)),
    # N10, N11, N12
    ("N10", MOSP, (asker(Relation.NONE),)),
    ("N11", MOSP, (asker(Relation.NAMED),)),
    ("N12", MCA, (asker(Relation.ROLE_ELSEWHERE, directory="works.example"),)),
    (BILLED, MCA, (asker(Relation.ROLE),)),
    # N13
    ("N13", EA, (REFUSED,)),
    ("N13", EA, (REFUSED, terms(partner="Reseller"))),
    (BILLED, EA, (terms(partner="Reseller"),)),
    # N14: all usage within the prepayment, also so far; or no event at all
    ("N14", EA, (amounts("20", "0", is_covered=True),)),
    ("N14", EA, (amounts("20", "0", is_covered=True), on(date(2024, 4, 4), *SECOND))),
    ("N14", EA, (amounts("0", "0", has_usage=False),)),
    (BILLED, EA, (amounts("20", "0.01"),)),
    ("N2", EA, (amounts("0", "0", has_usage=False), on(date(2024, 4, 4), *SECOND))),
    # N15
    ("N15", MPA, (CUSTOMER, terms(partner="Norrsken"))),
    # N16: by the credit for whoever may know, by the offer for the others
    ("N16", MOSP, (terms(offer=PREPAID), amounts("20", "0", is_covered=True))),
    ("N16", MOSP, (terms(offer=PREPAID), amounts("20", "0", is_covered=True), on(date(2024, 4, 4), *SECOND))),
    (BILLED, MOSP, (terms(offer=PREPAID), amounts("20", "0.01"))),
    ("N16", MOSP, (terms(offer=PREPAID), REFUSED, amounts("20", "0.01"))),
    ("N6", MOSP, (terms(offer=PREPAID), amounts("0", "0", has_usage=False))),
    # N17: from the day of the move on
    ("N17", MOSP, (terms(moved=MOVED),)),
    (BILLED, MOSP, (terms(moved=replace(MOVED, on=date(2024, 2, 6))),)),
    # N18
    ("N18", MOSP, (terms(offer=SUPPORT),)),
    ("N18", MOSP, (terms(kind=InvoiceKind.SUPPORT, support_plans=("Plan",)),)),
    ("N18", MCA, (terms(kind=InvoiceKind.MARKETPLACE),)),
    ("N18", EA, (terms(kind=InvoiceKind.SUPPORT),)),
    (BILLED, MOSP, (terms(kind=InvoiceKind.MARKETPLACE),)),
    # the exception: an invoice is always made
    *(
        (BILLED, agreement, (change, terms(offer=offer)))
        for agreement in (MCA, MPA)
        for offer in (FREE_TRIAL, monthly_credit("150"), PAY_AS_YOU_GO, PREPAID)
        for change in (
            amounts("0", "0", has_usage=False),
            amounts("20", "0", is_covered=True),
        )
    ),
    # charges that are not all known are held back
    ("N3", MOSP, (terms(offer=monthly_credit("150")), amounts("20", "0", is_covered=True, is_held_back=True))),
    ("N3", EA, (amounts("20", "0", is_covered=True, is_held_back=True),)),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "agreement", "changes"), TABLE)
def test_each_reason_holds_exactly_under_its_condition(
    expected: str, agreement: AgreementType, changes: tuple[Change, ...]
) -> None:
    """One row for each side of each boundary."""
    facts = with_all(due(agreement), *changes)
    told = why_no_invoice(facts)
    is_held_back = facts.amounts is not None and facts.amounts.is_held_back
    assert is_billed(facts) == (expected == BILLED or is_held_back)
    assert told.code.value == ("N3" if expected == BILLED else expected)


def with_amounts_owed(facts: AbsenceFacts) -> AbsenceFacts:
    """A kind of invoice that the agreement does not have, and something owed on it."""
    return with_all(facts, terms(kind=InvoiceKind.SUPPORT), amounts())


# every reason of an agreement in the order of the page, each with what makes it hold beside the others
IN_ORDER: Mapping[AgreementType, list[tuple[str, Change]]] = {
    MOSP: [
        ("N10", asker(Relation.NONE)),
        ("N16", terms(offer=PREPAID)),
        ("N17", terms(moved=MOVED)),
        ("N18", terms(kind=InvoiceKind.SUPPORT)),
        ("N7", REFUSED),
    ],
    EA: [
        ("N12", asker(Relation.ROLE_ELSEWHERE)),
        ("N13", REFUSED),
        ("N14", amounts("20", "0", is_covered=True)),
        ("N18", with_amounts_owed),
    ],
    MCA: [("N12", asker(Relation.ROLE_ELSEWHERE)), ("N18", terms(kind=InvoiceKind.SUPPORT)), ("N8", REFUSED)],
    MPA: [("N11", asker(Relation.NAMED)), ("N15", CUSTOMER), ("N18", terms(kind=InvoiceKind.SUPPORT))],
}


@pytest.mark.parametrize("agreement", IN_ORDER)
@pytest.mark.parametrize("day", [STARTED, date(2024, 3, 10), date(2024, 3, 20)])
def test_each_earlier_reason_beats_each_later_one(agreement: AgreementType, day: date) -> None:
    """Identity, agreement, another list, permission; and all of them whatever the day and the amounts."""
    order = IN_ORDER[agreement]
    for first, (expected, change) in enumerate(order):
        later = [other for _, other in order[first + 1 :]]
        facts = with_all(due(agreement), on(day), amounts("0", "0", has_usage=False), *later, change)
        if expected == "N16":  # who may know is told so by the credit
            facts = with_all(facts, amounts("20", "0", is_covered=True))
        assert why_no_invoice(facts).code.value == expected


@pytest.mark.parametrize("offer", [FREE_TRIAL, monthly_credit("150"), PAY_AS_YOU_GO])
def test_time_comes_before_money(offer: Offer) -> None:
    """N1 before N2 before N3 before N4, N6 and N5."""
    nothing = with_all(due(), terms(offer=offer), amounts("0", "0", has_usage=False, is_covered=True))
    days = (STARTED, date(2024, 3, 6), date(2024, 4, 10), date(2024, 4, 15))
    codes = [why_no_invoice(with_all(nothing, on(day, *SECOND))).code.value for day in days]
    assert codes == ["N1", "N2", "N3", "N4" if offer is FREE_TRIAL else "N6"]


@pytest.mark.parametrize("day", [STARTED, date(2024, 3, 6), date(2024, 3, 10), date(2024, 3, 20)])
def test_what_is_agreed_comes_before_time(day: date) -> None:
    """N14 and N16 are told of an open period too; they say until when that is not certain."""
    for agreement, offer, code in ((EA, PAY_AS_YOU_GO, "N14"), (MOSP, PREPAID, "N16")):
        told = why_no_invoice(
            with_all(due(agreement), terms(offer=offer), amounts("20", "0", is_covered=True), on(day))
        )
        assert told.code.value == code
        assert told.changes_on == (INVOICE_DAY if day < INVOICE_DAY else None)
        assert told.is_lasting == (day >= INVOICE_DAY)


any_amounts = st.builds(
    Amounts,
    charges=st.decimals(0, 1000, places=2).map(lambda amount: Money(amount, "USD")),
    owed=st.decimals(0, 1000, places=2).map(lambda amount: Money(amount, "USD")),
    has_usage=st.booleans(),
    is_covered=st.booleans(),
    is_held_back=st.booleans(),
)
any_day = st.dates(date(2024, 2, 5), date(2024, 6, 1))


@pytest.mark.campaign
@settings(max_examples=size(sample=200, full=20_000))
@given(
    agreement=st.sampled_from(list(AgreementType)),
    offer=st.sampled_from([PAY_AS_YOU_GO, FREE_TRIAL, monthly_credit("150"), PREPAID, SUPPORT]),
    kind=st.sampled_from(list(InvoiceKind)),
    who=st.sampled_from([
        REFUSED, CUSTOMER, asker(Relation.NONE), asker(Relation.NAMED), asker(Relation.ROLE_ELSEWHERE),
    ]),
    told=st.tuples(any_amounts, any_day),
    other=st.tuples(any_amounts, any_day),
)  # fmt: skip
def test_who_may_not_see_invoices_never_learns_whether_there_is_one(
    agreement: AgreementType,
    offer: Offer,
    kind: InvoiceKind,
    who: Change,
    told: tuple[Amounts, date],
    other: tuple[Amounts, date],
) -> None:
    """The answer is the same on every day and for all amounts, and it can be given without knowing them."""

    def answer(known: Amounts, day: date) -> object:
        return why_no_invoice(
            with_all(replace(due(agreement), amounts=known), terms(offer=offer, kind=kind), on(day), who)
        )

    unknown = with_all(due(agreement), terms(offer=offer, kind=kind), who)
    assert answer(*told) == answer(*other) == without_amounts(unknown)


@pytest.mark.campaign
@settings(max_examples=size(sample=200, full=20_000))
@given(
    agreement=st.sampled_from(list(AgreementType)),
    offer=st.sampled_from([PAY_AS_YOU_GO, FREE_TRIAL, monthly_credit("150"), PREPAID, SUPPORT]),
    kind=st.sampled_from(list(InvoiceKind)),
    amounts=any_amounts,
    day=any_day,
)
def test_amounts_are_left_out_only_where_they_decide_nothing(
    agreement: AgreementType, offer: Offer, kind: InvoiceKind, amounts: Amounts, day: date
) -> None:
    """Where the answer is said not to depend on amounts, it is the same for all of them, and for none."""
    known = replace(with_all(due(agreement), terms(offer=offer, kind=kind), on(day)), amounts=amounts)
    assert known.terms
    assert known.time
    if not depends_on_amounts(known.terms, known.time):
        assert why_no_invoice(known) == why_no_invoice(replace(known, amounts=None))


def test_too_new_says_since_when_and_until_when() -> None:
    """N1 tells the start, the thirty days, and the day of the first invoice."""
    absence = why_no_invoice(with_all(due(), on(date(2024, 2, 25))))
    assert plain_spaces(absence.phrase) == (
        "No invoice for 5 Feb – 4 Mar 2024 yet: the subscription began on 5 February 2024, and the first invoice is"
        " made no sooner than 30 days later; for this period from 15 March 2024 on."
    )
    assert (absence.changes_on, absence.invoice_day) == (date(2024, 3, 6), INVOICE_DAY)
    agreement = why_no_invoice(with_all(due(MCA), on(date(2024, 2, 25))))
    assert "the billing account was created on 5 February 2024" in plain_spaces(agreement.phrase)


def test_an_open_period_says_when_it_ends_and_when_its_invoice_comes() -> None:
    """N2 changes when the period ends, N3 on the invoice day."""
    absence = why_no_invoice(with_all(due(), on(date(2024, 3, 20), *SECOND)))
    assert plain_spaces(absence.phrase) == (
        "No invoice for 5 Mar – 4 Apr 2024 yet: the billing period is open until the end of 4 April 2024 (UTC), and"
        " invoices for it are made from 15 April 2024 on."
    )
    assert (absence.changes_on, absence.invoice_day) == (date(2024, 4, 5), date(2024, 4, 15))
    ended = why_no_invoice(with_all(due(), on(date(2024, 3, 14))))
    assert "the billing period ended on 4 March 2024" in plain_spaces(ended.phrase)
    assert ended.changes_on == INVOICE_DAY


def test_covered_charges_are_named_with_what_covered_them() -> None:
    """N5, N14 and N16 tell the amounts."""
    covered = amounts("18.13", "0", is_covered=True)
    by_offer = why_no_invoice(with_all(due(), terms(offer=monthly_credit("150")), covered))
    assert plain_spaces(by_offer.phrase) == (
        "No invoice for 5 Feb – 4 Mar 2024: your monthly credit of 150.00 USD covered the charges of 18.13 USD."
    )
    for agreement, offer in ((MOSP, PREPAID), (MOSP, Offer(OfferKind.SPONSORSHIP)), (EA, PAY_AS_YOU_GO)):
        told = why_no_invoice(with_all(due(agreement), terms(offer=offer), covered))
        assert "18.13 USD" in plain_spaces(told.phrase)


def test_who_can_help_is_named() -> None:
    """Those who can give a role, or the partner."""
    assert why_no_invoice(with_all(due(), REFUSED)).helpers == ("Anna Ozola",)
    assert why_no_invoice(with_all(due(MPA), CUSTOMER, terms(partner="Norrsken"))).helpers == ("Norrsken",)
    indirect = why_no_invoice(with_all(due(EA), REFUSED, terms(partner="Reseller")))
    assert indirect.helpers == ("Reseller",)
    assert str(indirect.advice) == "Ask Reseller, to whom the invoice goes, for a copy."


def test_another_list_is_named() -> None:
    """N17 the scope to choose, N18 the subscription of the plan."""
    moved = why_no_invoice(with_all(due(), terms(moved=MOVED)))
    assert "Switch the scope to Riga office (riga)." in plain_spaces(moved.advice)
    plan = why_no_invoice(with_all(due(), terms(kind=InvoiceKind.SUPPORT, support_plans=("Plan",))))
    assert plain_spaces(plan.advice) == "Choose the subscription of the support plan: Plan."


def test_a_due_period_says_that_it_was_not_closed_or_is_held_back() -> None:
    """N3 after the invoice day tells the truth: not closed yet, or held back."""
    assert "the seller has not closed the period" in str(why_no_invoice(due()).phrase)
    held = why_no_invoice(with_all(due(), amounts(is_held_back=True)))
    assert "holds it back until every charge in it is certain" in str(held.phrase)
    assert held.changes_on is None


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_every_reason_can_be_said_in_every_language(language: object) -> None:
    """Each sentence and each advice takes its values in each language."""
    told = set()
    for expected, agreement, changes in TABLE:
        absence = why_no_invoice(with_all(due(agreement), *changes))
        for said in (absence.phrase, absence.advice):
            assert "{" not in said.said_in(language)  # type: ignore[arg-type]
        told.add(expected)
    assert told >= {reason.value for reason in Reason}
