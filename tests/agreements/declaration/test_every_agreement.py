"""Enterprise and partner agreements, credit, groups and policies in the file: what is read, and what is wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kvitto.access.policies import Policy
from kvitto.access.roles import Role
from kvitto.agreements.credit_lots import LotSource, LotTreatment
from kvitto.agreements.declaration.agreements_file import UnableToReadAgreements, read_declaration
from kvitto.agreements.declaration.declared import DeclaredPolicy, DeclaredRole
from kvitto.agreements.hierarchy import Cadence, CurrencyStep, PaysBy, Scope, ScopeKind
from kvitto.agreements.offers import OfferKind
from kvitto.money import Money
from kvitto.periods import Period
from tests.agreements.example_file import (
    ALL,
    CREDIT,
    ENTERPRISE,
    EXAMPLE,
    PARTNER,
    SELLER,
    changed,
    example,
    written,
)

ENROLLMENT = Scope(ScopeKind.BILLING_ACCOUNT, "kontinuum")
EA = "enterprise_agreements[1]"
LAB = f"{EA}.departments[1].accounts[1]"
T = "mosp_accounts[1].subscriptions"


def sentences(folder: Path, text: str) -> list[str]:
    """What is said about a wrong file, without its name."""
    path = written(folder, text)
    with pytest.raises(UnableToReadAgreements) as raised:
        read_declaration(path)
    return [str(mistake).removeprefix(f"{path}: ") for mistake in raised.value.mistakes]


def test_an_enterprise_agreement_is_read_whole(tmp_path: Path) -> None:
    """Enrollment, departments, accounts inside and outside them, owners, policies, prepayment."""
    found = read_declaration(written(tmp_path, ENTERPRISE))
    (account,) = found.accounts
    assert account.enrollment is not None
    assert (account.enrollment.number, account.enrollment.cadence) == ("83124507", Cadence.QUARTERLY)
    assert (account.created_on, account.enrollment.ends_on) == (date(2024, 1, 1), date(2027, 1, 1))
    assert (account.tax.country, account.tax.rate) == ("SE", Decimal(0))
    assert [(each.id, each.department_id) for each in found.enrollment_accounts] == [
        ("kontinuum-lab", "kontinuum-research"),
        ("kontinuum-head-office", ""),
    ]
    owner = DeclaredRole(
        "erik@lindqvist.example", Role.ACCOUNT_OWNER, Scope(ScopeKind.ENROLLMENT_ACCOUNT, "kontinuum-lab")
    )
    assert owner in found.roles
    assert DeclaredPolicy(Policy.ACCOUNT_OWNERS_VIEW_CHARGES, "NotAllowed", ENROLLMENT) in found.policies
    (lot,) = found.lots
    assert (lot.scope, lot.amount, lot.source) == (ENROLLMENT, Money(Decimal(120000), "EUR"), LotSource.PREPAYMENT)
    (simulation,) = found.subscriptions
    assert (simulation.enrollment_account_id, simulation.management_group_id) == (
        "kontinuum-lab",
        "kontinuum-production",
    )
    finance = Scope(ScopeKind.MANAGEMENT_GROUP, "kontinuum-all")
    assert DeclaredRole("", Role.COST_MANAGEMENT_READER, finance, "finance") in found.roles
    program = next(person for person in found.people if person.kind == "service-principal")
    assert (program.directory, program.directories) == ("kontinuum", ("kontinuum-lab",))


def test_a_partner_agreement_is_read_whole(tmp_path: Path) -> None:
    """A profile in its currency, a customer with a reseller, the exchange rate beside them."""
    found = read_declaration(written(tmp_path, PARTNER))
    (account,), (profile,), (customer,) = found.accounts, found.profiles, found.customers
    assert (account.pricing_currency, profile.currency, profile.payment_terms_days) == ("USD", "EUR", 60)
    assert (customer.profile_id, customer.reseller, customer.directory) == ("molnhandel-eur", "Kustens IT", "fyrtorn")
    assert found.subscriptions[0].customer_id == "fyrtorn"
    (rate,) = found.rates
    assert (rate.rate.id, rate.rate.rate, rate.rate.quoted_on) == ("USD-EUR", Decimal("0.9215"), date(2024, 1, 29))
    assert rate.valid_from == date(2024, 2, 1)


def test_offers_with_what_they_need_and_their_credit(tmp_path: Path) -> None:
    """A trial with a limit, a prepaid key with a suspension, a support plan with a fee."""
    found = read_declaration(written(tmp_path, CREDIT))
    trial, prepaid, support = found.subscriptions
    assert (trial.offer.kind, trial.spending_limit) == (OfferKind.FREE_TRIAL, True)
    assert prepaid.suspended == (Period(date(2023, 11, 3), date(2023, 11, 9)),)
    assert support.offer.monthly_fee == Money(Decimal(250), "SEK")
    assert found.accounts[0].pays_by is PaysBy.CARD
    free, key = found.lots
    assert (free.treatment, key.treatment) == (LotTreatment.DISCOUNT, LotTreatment.PAYMENT)
    assert (key.name, key.purchase_order, key.expires_on) == ("Key of September", "T-4", date(2024, 10, 1))
    shared = DeclaredPolicy(Policy.INVOICES_SHARED, "on", Scope(ScopeKind.SUBSCRIPTION, "tallbacken-open"))
    assert found.policies == (shared,)


def test_a_seller_has_series_form_and_rounding(tmp_path: Path) -> None:
    """Everything of the section about the seller."""
    seller = read_declaration(written(tmp_path, SELLER)).seller
    assert (seller.credit_note_series, seller.number_form) == ("KC", "{series}{year}-{number:05}")
    assert (seller.accounting_currency, seller.payable_rounding) == ("SEK", (CurrencyStep("SEK", Decimal(1)),))
    assert seller.tax_registration == "Godkänd för F-skatt"


def test_all_examples_stand_in_one_file(tmp_path: Path) -> None:
    """Nothing of one example contradicts another."""
    assert len(read_declaration(written(tmp_path, ALL)).accounts) == 5


MOVED = ('currency = "EUR"\nlanguage = "en"', 'currency = "EUR"\nmoved_from = "lindqvist"\nmoved_on = 2024-04-10')

WRONG = [
    # official numbers
    (
        EXAMPLE,
        'vat_number = "SE559321440501"',
        'vat_number = "SE559321440502"',
        "seller.vat_number is “SE559321440502”, but must be a VAT number of SE with the right check digits.",
    ),
    (
        EXAMPLE,
        'company_number = "559321-4405"',
        'company_number = "559321-4406"',
        "seller.company_number is “559321-4406”, but must be a company number of SE with the right check digits.",
    ),
    (
        EXAMPLE,
        'vat_number = "IE3718264RH"',
        'vat_number = "GR094259216"',
        "mca_accounts[1].sold_to.vat_number is “GR094259216”, but must be a Greek VAT number, which begins with EL",
    ),
    # the seller
    (
        SELLER,
        "{series}{year}-{number:05}",
        "{series}{year}",
        "seller.number_form is “{series}{year}”, but must be a form such as {series}-{year}-{number:06}, made of",
    ),
    (SELLER, "{series}{year}-{number:05}", "{series}/{number}", "seller.number_form is “{series}/{number}”, but must"),
    (SELLER, "{series}{year}-{number:05}", "{x}{number}", "seller.number_form is “{x}{number}”, but must be a form"),
    (SELLER, "{series}{year}-{number:05}", "{number.real}", "seller.number_form is “{number.real}”, but must be"),
    (SELLER, "{series}{year}-{number:05}", "{series}{number:050}", "seller.number_form is “{series}{number:050}”"),
    (
        SELLER,
        "{series}{year}-{number:05}",
        "{year}-{number}",
        "seller.number_form is “{year}-{number}”, but must be a form with {series}, because credit notes have",
    ),
    (SELLER, 'SEK = "1"', 'KR = "1"', "seller.payable_rounding.KR is “KR”, but must be a currency code"),
    (SELLER, 'SEK = "1"', "SEK = 0", "seller.payable_rounding.SEK is 0, but must be a step above 0"),
    # tax
    (
        ENTERPRISE,
        'category = "S"\ncountry = "SE"',
        'category = "S"\nrate = "25"\ncountry = "SE"',
        f"{EA}.tax.rate is “25”, but must be left out where a country is given: its rates of each day are used.",
    ),
    (CREDIT, "VATEX-EU-132", "EU-132", "mosp_accounts[1].tax.reason_code is “EU-132”, but must be a code of the VATEX"),
    # people, groups, management groups
    (
        ENTERPRISE,
        'members = ["erik@lindqvist.example"]',
        'members = ["x@y.example"]',
        "groups[1].members[1] is “x@y.example”, but must be the e-mail address of a person",
    ),
    (
        ENTERPRISE,
        '{ group = "finance"',
        '{ group = "fin"',
        "management_groups[1].roles[1].group is “fin”, but must be the id of a group",
    ),
    (
        ENTERPRISE,
        '{ group = "finance"',
        '{ person = "erik@lindqvist.example", group = "finance"',
        "management_groups[1].roles[1].group is “finance”, but must be left out where a person is named",
    ),
    (
        ENTERPRISE,
        '{ group = "finance", ',
        "{ ",
        "management_groups[1].roles[1].person is missing; it must be an e-mail address",
    ),
    (
        ENTERPRISE,
        'parent = "kontinuum-all"',
        'parent = "kontinuum-production"',
        "management_groups[2].parent is “kontinuum-production”, but must be the id of one of the [[management_groups]]",
    ),
    (
        ENTERPRISE,
        'management_group = "kontinuum-production"',
        'management_group = "other"',
        f"{LAB}.subscriptions[1].management_group is “other”, but must be the id of a group",
    ),
    (
        ENTERPRISE,
        '"buyer@kontinuum.example", role',
        '"erik@lindqvist.example", role',
        f"{EA}.roles[2].person is “erik@lindqvist.example”, but must be a person of kind service-principal",
    ),
    (
        ENTERPRISE,
        'role = "enterprise-administrator"',
        'role = "partner-administrator"',
        f"{EA}.roles[1].role is “partner-administrator”, but must be one of enterprise-administrator,",
    ),
    # enterprise agreements
    (
        ENTERPRISE,
        'name = "Research" ',
        'name = "R&" ',
        f"{EA}.departments[1].name is “R&”, but must be a name of at least 3 characters.",
    ),
    (
        ENTERPRISE,
        'name = "Head office"',
        'name = "Head office"\nowner = "erik@lindqvist.example"',
        f"{EA}.accounts[1].owner is “erik@lindqvist.example”, which already stands at {LAB}.owner",
    ),
    (
        ENTERPRISE,
        'cadence = "quarterly"',
        'cadence = "weekly"',
        f"{EA}.cadence is “weekly”, but must be one of monthly",
    ),
    (
        ENTERPRISE,
        "ends_on = 2027-01-01",
        "ends_on = 2024-01-01",
        f"{EA}.ends_on is 2024-01-01, but must be after 1 Jan",
    ),
    (
        ENTERPRISE,
        'marketplace-purchases = "OnlyFreeAllowed"',
        'marketplace-purchases = "off"',
        f"{EA}.policies.marketplace-purchases is “off”, but must be one of AllAllowed, OnlyFreeAllowed, NotAllowed and",
    ),
    (
        ENTERPRISE,
        'marketplace-purchases = "OnlyFreeAllowed"',
        'markup = "Locked"',
        f"{EA}.policies.markup is unknown; the keys that may stand there are department-administrators-view-charges,",
    ),
    # partner agreements
    (
        PARTNER,
        "[[partner_agreements.billing_profiles.customers]]",
        (
            '[[partner_agreements.billing_profiles]]\nid = "second"\nname = "B"\ncurrency = "EUR"\n'
            "[[partner_agreements.billing_profiles.customers]]"
        ),
        "partner_agreements[1].billing_profiles[2].currency is “EUR”, which already stands at",
    ),
    (
        PARTNER,
        'quote = "EUR"',
        'quote = "USD"',
        "exchange_rates[1].quote is “USD”, but must be another currency than USD",
    ),
    (
        PARTNER,
        'rate = "0.9215"',
        'rate = "0"',
        "exchange_rates[1].rate is “0”, but must be a rate above 0 with at most",
    ),
    (
        PARTNER,
        "[[partner_agreements]]",
        (
            '[[exchange_rates]]\nbase = "USD"\nquote = "EUR"\nrate = "1"\nvalid_from = 2024-02-01\nsource = "X"\n'
            "[[partner_agreements]]"
        ),
        "exchange_rates[2].valid_from is “USD-EUR, 2024-02-01”, which already stands at exchange_rates[1].valid_from",
    ),
    # offers and credit
    (
        ENTERPRISE,
        'offer_id = "MS-AZR-0017P"',
        'offer_id = "MS-AZR-0042P"',
        f"{LAB}.subscriptions[1].offer_id is “MS-AZR-0042P”, but must be the id of an offer of the kind pay-as-you-go.",
    ),
    (CREDIT, 'monthly_fee = "250"', "", f"{T}[3].monthly_fee is missing; it must be an amount above 0"),
    (
        CREDIT,
        'offer = "azure-in-open"',
        'offer = "azure-in-open"\nmonthly_fee = "1"',
        f"{T}[2].monthly_fee is “1”, but must be left out unless the offer is support.",
    ),
    (
        CREDIT,
        'monthly_fee = "250"',
        'monthly_fee = "250"\nspending_limit = true',
        f"{T}[3].spending_limit is true, but must be left out for an offer without credit.",
    ),
    (
        CREDIT,
        "spending_limit = true ",
        'spending_limit = "yes" ',
        f"{T}[1].spending_limit is “yes”, but must be true or",
    ),
    (
        CREDIT,
        'source = "prepaid-key"',
        'source = "prepayment"',
        f"{T}[2].credits[1].source is “prepayment”, but must be one of promotional, sponsorship, purchased,",
    ),
    (CREDIT, 'amount = "1000"', 'amount = "10.005"', f"{T}[2].credits[1].amount is “10.005”, but must be an amount"),
    (
        CREDIT,
        "expires_on = 2024-10-01",
        "expires_on = 2023-10-01",
        f"{T}[2].credits[1].expires_on is 2023-10-01, but must",
    ),
    (
        CREDIT,
        '"tallbacken-key-1"',
        '"tallbacken-free"',
        f"{T}[2].credits[1].id is “tallbacken-free”, which already stands",
    ),
    (
        CREDIT,
        "from = 2023-11-03",
        "from = 2023-09-03",
        f"{T}[2].suspended[1].from is 2023-09-03, but must be on or after",
    ),
    (
        CREDIT,
        "to = 2023-11-09",
        "to = 2023-11-03",
        f"{T}[2].suspended[1].to is 2023-11-03, but must be after 3 November",
    ),
    (
        CREDIT,
        "to = 2023-11-09 }",
        "to = 2023-11-09 }, { from = 2023-11-09, to = 2023-11-10 }",
        f"{T}[2].suspended is […], but must be spans of days that neither touch nor overlap.",
    ),
    (
        CREDIT,
        "# purchase_order",
        "purchase_order",
        "mosp_accounts[1].purchase_order is “T-17”, but must be left out for",
    ),
    # moves
    (
        example(MOVED),
        'moved_from = "lindqvist"',
        'moved_from = "lindquist"\nlanguage = "en"',
        "mca_accounts[1].moved_from is “lindquist”, but must be the id of another account of this file.",
    ),
    (
        example(MOVED, ('moved_from = "lindqvist"', 'language = "en"')),
        "moved_on",
        "moved_on",
        "mca_accounts[1].moved_on is 2024-04-10, but must be left out where no moved_from is given.",
    ),
    (
        example(MOVED),
        "moved_on = 2024-04-10",
        'language = "en"',
        "mca_accounts[1].moved_on is missing; it must be a date",
    ),
]


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"), WRONG, ids=[f"{index}-{each[2][:30]}" for index, each in enumerate(WRONG)]
)
def test_every_mistake_has_a_sentence(tmp_path: Path, text: str, old: str, new: str, expected: str) -> None:
    """File, path in the file, what was found, what it must be; and no other mistake is made of it."""
    (sentence,) = sentences(tmp_path, changed(text, (old, new)))
    assert sentence.startswith(expected), sentence
    assert sentence.endswith(".")


def test_numbers_of_countries_nobody_knows_are_taken_as_they_are(tmp_path: Path) -> None:
    """And those of another country by its own rule."""
    for country, number in (("US", "12-3456789"), ("SE", "EL094259216"), ("GR", "EL094259216"), ("GB", "XI925901618")):
        text = changed(
            EXAMPLE, ('country = "IE"\nvat_number = "IE3718264RH"', f'country = "{country}"\nvat_number = "{number}"')
        )
        assert read_declaration(written(tmp_path, text)).accounts[1].sold_to.vat_number == number


def test_an_account_that_became_another_holds_nothing_that_goes_on(tmp_path: Path) -> None:
    """Its subscriptions stand under the new one, unless they ended before."""
    text = changed(example(MOVED), ("moved_on = 2024-04-10", 'moved_on = 2024-04-10\nlanguage = "en"'))
    first, second = sentences(tmp_path, text)
    assert first.startswith(
        "mosp_accounts[1].subscriptions[1].id is “pg-lab”, but must be a subscription of account harbour, because"
    )
    ended = text.replace("started_on = 2023-12-05", "started_on = 2023-12-05\nended_on = 2024-04-10", 1).replace(
        'monthly_credit = "150.00"          ', 'ended_on = 2024-04-10\nmonthly_credit = "150.00"', 1
    )
    assert second.startswith("mosp_accounts[1].subscriptions[2].id is “os-bench”")
    found = read_declaration(written(tmp_path, ended))
    assert (found.accounts[0].moved_to, found.accounts[0].moved_on) == ("harbour", date(2024, 4, 10))


def test_management_groups_are_six_deep_at_most(tmp_path: Path) -> None:
    """The seventh is told."""
    levels = "".join(
        f'[[management_groups]]\nid = "g{level}"\nname = "G"\n' + (f'parent = "g{level - 1}"\n' if level > 1 else "")
        for level in range(1, 8)
    )
    (sentence,) = sentences(tmp_path, EXAMPLE + levels)
    assert sentence == "management_groups[7].parent is “g6”, but must be at most 6 levels deep."
