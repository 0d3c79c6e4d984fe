"""The canonical text of an invoice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.price_sheet import ChargeKind
from kvitto.invoicing.canonical import digest_of, fact_in, from_text, to_text
from kvitto.invoicing.invoice import AsOf, DocumentType, Invoice, PreviousInvoice
from kvitto.periods import Period
from tests.campaign import size
from tests.invoicing.cast import FEBRUARY, charged, mca, monthly_credit, mosp, subscription
from tests.invoicing.test_drafting import drafted

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
exact = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**13), max_value=10**13, places=24)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
periods = st.tuples(days, days).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: Period(min(pair), max(pair)))
KINDS: dict[object, st.SearchStrategy[object]] = {
    Decimal: exact,
    Period: periods,
    date: days,
    str: texts,
    int: st.integers(),
}


def any_of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of this type of fact."""
    if kind in KINDS:
        return KINDS[kind]
    if get_origin(kind) is tuple:
        return st.lists(any_of(get_args(kind)[0]), max_size=2).map(tuple)
    if get_origin(kind) in {Union, UnionType}:
        return st.none() | any_of(get_args(kind)[0])
    if issubclass(kind, StrEnum):
        return st.sampled_from(kind)
    return st.builds(kind, **{name: any_of(hint) for name, hint in get_type_hints(kind).items()})


@pytest.mark.campaign
@settings(max_examples=size(sample=60, full=5_000))
@given(any_of(Invoice))
def test_an_invoice_comes_back_from_its_text_as_it_went_in(invoice: Invoice) -> None:
    """Any invoice: the text gives the same facts, and these give the same text."""
    text = to_text(invoice)
    assert from_text(text) == invoice
    assert to_text(from_text(text)) == text


def test_the_text_is_sorted_has_no_blanks_and_is_the_same_for_equal_facts() -> None:
    """1.50 and 1.5 are the same amount, so they give the same bytes."""
    invoice = drafted(mosp(monthly_credit("1.50")), [charged("3")])
    text = to_text(invoice)
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert to_text(drafted(mosp(monthly_credit("1.5")), [charged("3.000")])) == text


def test_amounts_are_plain_decimal_texts_and_days_are_iso() -> None:
    """No exponents, no floats: a charge of 0.0000001 is written so."""
    facts = json.loads(to_text(drafted(mosp(), [charged("0.0000001")])))
    line = facts["sections"][0]["lines"][0]
    assert line["amount_unrounded"] == "0.0000001"
    assert line["amount"] == "0"
    assert facts["period"] == {"start": "2024-02-01", "end": "2024-03-01"}
    assert facts["form"] == 2


OF_FORM_1 = (
    '{"account_administrator":"anna@daugava.example","account_id":"daugava","account_name":"Daugavas Dati",'
    '"agreement":"MicrosoftOnlineServicesProgram","allowances":[{"amount":"1.5","reason":"monthly-credit"}],'
    '"as_of":{"revision":2,"usage_sequence":100},"bill_to":BUYER,"currency":"USD","due_date":"2024-04-04","form":1,'
    '"issue_date":"2024-03-05","language":"lv","number":"K-2024-000017","offer":"monthly-credit",'
    '"payment_instructions":"Bankgiro 1-2","payment_terms_days":30,"period":{"end":"2024-03-01","start":"2024-02-01"},'
    '"previous":null,"profile_id":"","profile_name":"","purchase_order":"","sections":[{"id":"lab","lines":[{'
    '"amount":"3","amount_unrounded":"3","category":"Virtual machines","meter":"D8s","meter_name":"D8s","number":1,'
    '"price_id":1,"quantity":"6","region":"westeurope","section_id":"lab","service_period":{"end":"2024-03-01",'
    '"start":"2024-02-01"},"subscription_id":"lab","subscription_name":"Lab","tier_from":"0","unit":"h",'
    '"unit_price":"0.5"}],"name":"Lab","total":"3"}],"seller":SELLER,"seller_id":"nordmoln","sold_to":BUYER,'
    '"subscription_id":"lab","subscription_name":"Lab","tax_groups":[{"category":"S","rate":"25","reason":"",'
    '"tax":"0.38","taxable":"1.5"}],"tax_point_date":"2024-02-29","totals":{"allowances":"1.5","lines":"3",'
    '"payable":"1.88","tax":"0.38","unrounded":"3","with_tax":"1.88","without_tax":"1.5"}}'
)
BUYER = (
    '{"address":{"city":"Rīga","country":"LV","postal_code":"LV-1010","street":"Brīvības iela 2"},'
    '"company_number":"40000000001","email":"","name":"Daugavas Dati SIA","vat_number":""}'
)
SELLER = (
    '{"address":{"city":"Stockholm","country":"SE","postal_code":"111 43","street":"Kungsgatan 1"},'
    '"company_number":"556000-0000","email":"","name":"Nordmoln AB","vat_number":"SE556000000001"}'
)


def test_a_text_of_form_1_is_still_read() -> None:
    """It says the same as a draft of today, but for what it did not know: tax groups of lines, kind, and so on."""
    then = from_text(OF_FORM_1.replace("BUYER", BUYER).replace("SELLER", SELLER))
    today = drafted(mosp(monthly_credit("1.50")), [charged("3")])
    assert (then.kind, then.edition, then.document_type, then.refers_to) == (
        InvoiceKind.SERVICES, 1, DocumentType.INVOICE, None,
    )  # fmt: skip
    assert [(line.tax_category, line.credit, line.charge_kind) for line in then.lines] == [
        ("", Decimal(0), ChargeKind.USAGE)
    ]
    assert then.totals == today.totals
    assert then.tax_groups == today.tax_groups
    assert [
        replace(line, tax_category="S", tax_rate=Decimal(25), credit=Decimal("1.5")) for line in then.lines
    ] == list(today.lines)
    assert json.loads(to_text(then))["form"] == 2


def test_one_fact_is_read_without_the_rest() -> None:
    """The same as of the whole; also where the text behind it is no longer whole."""
    text = to_text(drafted(mosp(monthly_credit("1.50")), [charged("3")]))
    facts = json.loads(text)
    assert [fact_in(text, name) for name in facts] == [*facts.values()]
    assert fact_in(text.partition('"sections"')[0], "purchase_order") == facts["purchase_order"]
    with pytest.raises(ValueError, match="Expecting"):
        fact_in(text, "never")


def test_the_digest_changes_with_any_fact() -> None:
    """One cent, one letter or one day more is another digest."""
    invoice = drafted(mosp(), [charged("1")])
    changed = [
        replace(invoice, due_date=date(2024, 4, 5)),
        replace(invoice, purchase_order="x"),
        replace(invoice, as_of=AsOf(101, 2)),
        replace(invoice, previous=PreviousInvoice("K-2024-000001", FEBRUARY, Decimal(1))),
        drafted(mosp(), [charged("1.01")]),
    ]
    digests = {digest_of(to_text(one)) for one in [invoice, *changed]}
    assert len(digests) == 6
    assert all(len(digest) == 64 for digest in digests)


def test_every_script_stays_readable() -> None:
    """Names are written in their own letters."""
    scope = mca(subscription(name="發票 é", section="s1"), sections=(("s1", "Ķekava"),))
    assert "Ķekava" in to_text(drafted(scope, [charged("1")]))


@pytest.mark.parametrize(
    "wrong",
    [
        "", "[]", "{}", '{"form":1}', "null",
        to_text(drafted(mosp(), [])).replace('"form":2', '"form":3'),
        to_text(drafted(mosp(), [])).replace('"kind":"AzureServices"', '"kind":"AzureGifts"'),
        to_text(drafted(mosp(), [])).replace('"edition":1', '"edition":true'),
        to_text(drafted(mosp(), [])).replace('"currency":"USD"', '"currency":7'),
        to_text(drafted(mosp(), [])).replace('"lines":"0"', '"lines":"zero"'),
        to_text(drafted(mosp(), [])).replace('"offer":', '"offers":'),
    ],
)  # fmt: skip
def test_another_text_is_refused(wrong: str) -> None:
    """What is not the text of an invoice gives a ValueError, never half an invoice."""
    with pytest.raises(ValueError):  # noqa: PT011 - JSON's own error is one, with its own words
        from_text(wrong)
