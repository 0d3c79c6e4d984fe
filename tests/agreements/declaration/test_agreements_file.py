"""Reading the agreements file: what a good one says, and a sentence for everything that can be wrong with one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kvitto.access.roles import Role
from kvitto.agreements.declaration.agreements_file import DeclaredRole, UnableToReadAgreements, read_declaration
from kvitto.agreements.hierarchy import AgreementType, Scope, ScopeKind
from kvitto.agreements.offers import OfferKind
from kvitto.language import LANGUAGES, speaking
from kvitto.money import Money
from tests.agreements.example_file import EXAMPLE, example, written

S1 = "mosp_accounts[1].subscriptions[1]"
S2 = "mosp_accounts[1].subscriptions[2]"
SECTION = "mca_accounts[1].billing_profiles[1].invoice_sections[1]"
PERSON = '[[people]]\nemail = "x@example.com"\nname = "X"\n[[mosp_accounts]]'
ROLE = 'roles = [{ person = "erik@lindqvist.example", role = "reader" }]'


def sentences(folder: Path, text: str) -> list[str]:
    """What is said about a wrong file, without its name."""
    path = written(folder, text)
    with pytest.raises(UnableToReadAgreements) as raised:
        read_declaration(path)
    return [str(mistake).removeprefix(f"{path}: ") for mistake in raised.value.mistakes]


def test_the_example_of_the_documentation_is_read_whole(tmp_path: Path) -> None:
    """Every level, with defaults where the file leaves keys out."""
    found = read_declaration(written(tmp_path, EXAMPLE))
    lindqvist, harbour = found.accounts
    assert (lindqvist.agreement, harbour.agreement) == (AgreementType.MOSP, AgreementType.MCA)
    assert lindqvist.tax.rate == Decimal(25)
    assert (harbour.tax.category, harbour.tax.rate, harbour.administrator) == ("AE", Decimal(0), "")
    assert found.profiles[0].bill_to.address.country == "NL"
    assert (found.sections[0].profile_id, found.sections[0].id) == ("utrecht", "utrecht-storage")
    lab, bench, fio = found.subscriptions
    assert (lab.known_as, lab.anniversary_day, lab.started_on) == (("PostgreSQL",), 5, date(2023, 12, 5))
    assert (bench.offer.kind, bench.offer.monthly_credit) == (OfferKind.MONTHLY_CREDIT, Money(Decimal(150), "USD"))
    assert bench.anniversary_day == 1
    assert (fio.section_id, fio.account_id, fio.offer.kind) == ("utrecht-storage", "harbour", OfferKind.PAY_AS_YOU_GO)
    administrator = Scope(ScopeKind.BILLING_ACCOUNT, "lindqvist")
    assert DeclaredRole("astrid@lindqvist.example", Role.ACCOUNT_ADMINISTRATOR, administrator) in found.roles
    assert len(found.roles) == 5


def test_a_number_with_a_point_is_exact_however_it_is_written(tmp_path: Path) -> None:
    """25.1 without quotes never passes through binary."""
    found = read_declaration(written(tmp_path, example(('rate = "25"', "rate = 25.1"))))
    assert found.accounts[0].tax.rate == Decimal("25.1")


def test_addresses_are_compared_without_regard_to_case(tmp_path: Path) -> None:
    """A role may write the address as its owner does."""
    found = read_declaration(written(tmp_path, example(('person = "erik@', 'person = "Erik@'))))
    assert {role.person for role in found.roles} == {"astrid@lindqvist.example", "erik@lindqvist.example"}


def test_a_profile_without_an_address_is_billed_to_the_buyer(tmp_path: Path) -> None:
    """`bill_to` is the account's `sold_to` unless the file says otherwise."""
    start = EXAMPLE.index("[mca_accounts.billing_profiles.bill_to]")
    end = EXAMPLE.index("[[mca_accounts.billing_profiles.invoice_sections]]")
    found = read_declaration(written(tmp_path, EXAMPLE[:start] + EXAMPLE[end:]))
    assert found.profiles[0].bill_to == found.accounts[1].sold_to


WRONG = [
    # unknown keys, missing keys, wrong types
    (
        'city = "Luleå"',
        'town = "Luleå"',
        [
            "seller.city is missing; it must be a text in quotes, without line breaks",
            "seller.town is unknown; the keys that may stand there are id, name, street",
        ],
    ),
    ("created_on = 2023-11-10", "", ["mosp_accounts[1].created_on is missing; it must be a date such as 2024-02-05"]),
    (
        "created_on = 2023-11-10",
        "created_on = 2023-11-10T00:00:00",
        ["mosp_accounts[1].created_on is 2023-11-10T00:00:00"],
    ),
    (
        "created_on = 2023-11-10",
        'created_on = "2023-02-30"',
        ["mosp_accounts[1].created_on is “2023-02-30”, but must be a date"],
    ),
    (
        "created_on = 2023-11-10",
        'created_on = "20231110"',
        ["mosp_accounts[1].created_on is “20231110”, but must be a date"],
    ),
    ("created_on = 2023-11-10", "created_on = 1969-12-31", ["mosp_accounts[1].created_on is 1969-12-31"]),
    ('name = "Lindqvist Databaser"', "name = 7", ["mosp_accounts[1].name is 7, but must be a text in quotes"]),
    ('name = "Lindqvist Databaser"', 'name = " "', ["mosp_accounts[1].name is “ ”, but must be a text in quotes"]),
    ('name = "Lindqvist Databaser"', 'name = "a\\nb"', ["mosp_accounts[1].name is “a"]),
    ('name = "Lindqvist Databaser"', 'name = "a\\u202Eb"', ["mosp_accounts[1].name is “a"]),
    (
        'known_as = ["PostgreSQL"]',
        'known_as = "PostgreSQL"',
        [f"{S1}.known_as is “PostgreSQL”, but must be a list of texts in quotes."],
    ),
    ('known_as = ["PostgreSQL"]', "known_as = [7]", [f"{S1}.known_as[1] is 7, but must be a text in quotes"]),
    (
        "payment_terms_days = 30              # optional: 30\nprice",
        "payment_terms_days = true\nprice",
        ["mosp_accounts[1].payment_terms_days is true, but must be a whole number from 0 to 365."],
    ),
    (
        "payment_terms_days = 30              # optional: 30\nprice",
        "payment_terms_days = -1\nprice",
        ["mosp_accounts[1].payment_terms_days is -1, but must be a whole number from 0 to 365."],
    ),
    ('id = "pg-lab"', 'id = "pg/lab"', [f"{S1}.id is “pg/lab”, but must be an id of letters, digits"]),
    ('id = "pg-lab"', f'id = "{"x" * 101}"', [f"{S1}.id is “xxx"]),
    (ROLE, "roles = 7", [f"{S1}.roles is 7, but must be a list of tables."]),
    (ROLE, "roles = [7]", [f"{S1}.roles[1] is 7, but must be a table."]),
    (
        '[mosp_accounts.tax]\ncategory = "S"',
        "[mosp_accounts.taxes]",
        ["mosp_accounts[1].tax is missing; it must be a table.", "mosp_accounts[1].taxes is unknown"],
    ),
    # ids and names
    (
        'id = "os-bench"',
        'id = "pg-lab"',
        [f"{S2}.id is “pg-lab”, which already stands at {S1}.id; it may be used only once."],
    ),
    (
        'id = "harbour"',
        'id = "lindqvist"',
        ["mca_accounts[1].id is “lindqvist”, which already stands at mosp_accounts[1].id"],
    ),
    (
        'name = "OSBench"',
        'name = "OSBench"\nknown_as = ["PostgreSQL"]',
        [f"{S2}.known_as[1] is “PostgreSQL”, which already stands at {S1}.known_as[1]"],
    ),
    (
        'name = "OSBench"',
        'name = "OSBench"\nknown_as = ["fio"]',
        [f"{S2}.known_as[1] is “fio”, which already stands at {SECTION}.subscriptions[1].id"],
    ),
    # people and roles
    (
        'administrator = "astrid@',
        'administrator = "nobody@',
        [
            "mosp_accounts[1].administrator is “nobody@lindqvist.example”, but must be the e-mail address of a person",
        ],
    ),
    (
        'person = "erik@',
        'person = "nobody@',
        [f"{S1}.roles[1].person is “nobody@lindqvist.example”, but must be the e-mail"],
    ),
    ('role = "reader"', 'role = "king"', [f"{S1}.roles[1].role is “king”, but must be one of service-administrator"]),
    ('role = "reader"', 'role = "invoice-manager"', [f"{S1}.roles[1].role is “invoice-manager”, but must be one of"]),
    (
        'role = "reader"',
        'role = "reader", until = 2024-01-01',
        [f"{S1}.roles[1].until is unknown; the keys that may stand there are person, group and role."],
    ),
    (
        ROLE,
        ROLE.replace("]", ", " + ROLE.split("[")[1]),
        [f"{S1}.roles[2].person is “erik@lindqvist.example, reader”, which already stands at {S1}.roles[1].person"],
    ),
    (
        "[[mosp_accounts]]",
        PERSON.replace("x@example.com", "erik"),
        ["people[3].email is “erik”, but must be an e-mail address such as anna@example.com."],
    ),
    (
        "[[mosp_accounts]]",
        PERSON.replace("x@example.com", "astrid@lindqvist.example"),
        ["people[3].email is “astrid@lindqvist.example”, which already stands at people[1].email"],
    ),
    (
        'language = "sv"                      # optional',
        'language = "da" # optional',
        ["people[1].language is “da”, but must be one of en, sv, lv, nl and zh-TW."],
    ),
    (
        'time_zone = "Europe/Stockholm"       # optional',
        'time_zone = "Europe/Lulea" # optional',
        ["people[1].time_zone is “Europe/Lulea”, but must be a time zone such as Europe/Stockholm."],
    ),
    # codes
    (
        'time_zone = "Europe/Stockholm"       # decides',
        'time_zone = "CET+1" # decides',
        ["seller.time_zone is “CET+1”, but must be a time zone"],
    ),
    (
        'series = "K"',
        'series = "K-1"',
        ["seller.series is “K-1”, but must be one to five capital letters from A to Z."],
    ),
    (
        'country = "SE"',
        'country = "UK"',
        ["seller.country is “UK”, but must be a country code of ISO 3166 such as SE."],
    ),
    (
        'country = "SE"',
        'country = "EU"',
        ["seller.country is “EU”, but must be a country code of ISO 3166 such as SE."],
    ),
    (
        'currency = "USD"',
        'currency = "usd"',
        ["mosp_accounts[1].currency is “usd”, but must be a currency code of ISO 4217 such as EUR."],
    ),
    ('currency = "USD"', 'currency = "DEM"', ["mosp_accounts[1].currency is “DEM”, but must be a currency code"]),
    (
        'language = "sv"                      # of',
        'language = "zh" # of',
        ["mosp_accounts[1].language is “zh”, but must be one of en, sv, lv, nl and zh-TW."],
    ),
    # tax
    ('rate = "25"', 'rate = "25 %"', ["mosp_accounts[1].tax.rate is “25 %”, but must be a decimal number in quotes"]),
    ('rate = "25"', "rate = nan", ["mosp_accounts[1].tax.rate is NaN, but must be a decimal number in quotes"]),
    ('rate = "25"', 'rate = "1e2"', ["mosp_accounts[1].tax.rate is “1e2”, but must be a decimal number in quotes"]),
    (
        'rate = "25"',
        'rate = "0"',
        ["mosp_accounts[1].tax.rate is “0”, but must be a rate in percent above 0 and up to 100"],
    ),
    (
        'rate = "25"',
        'rate = "25.1234567"',
        ["mosp_accounts[1].tax.rate is “25.1234567”, but must be a rate in percent"],
    ),
    ('rate = "25"', "", ["mosp_accounts[1].tax.rate is missing; it must be a rate in percent"]),
    (
        'category = "S"',
        'category = "V"',
        ["mosp_accounts[1].tax.category is “V”, but must be one of S, Z, E, AE, K, G and O."],
    ),
    ('category = "S"', 'category = "Z"', ["mosp_accounts[1].tax.rate is “25”, but must be 0 for category Z."]),
    ('category = "AE"\nreason = "Reverse charge"', 'category = "AE"', ["mca_accounts[1].tax.reason is missing"]),
    (
        'rate = "25"',
        'rate = "25"\nreason = "Why"',
        ["mosp_accounts[1].tax.reason is “Why”, but must be left out for category S."],
    ),
    # offers
    (
        'offer = "pay-as-you-go"',
        'offer = "free"',
        [f"{S1}.offer is “free”, but must be one of pay-as-you-go, free-trial, monthly-credit, azure-in-open,"],
    ),
    (
        'monthly_credit = "150.00"',
        "",
        [f"{S2}.monthly_credit is missing; it must be an amount above 0 with at most 2 decimals"],
    ),
    (
        'monthly_credit = "150.00"',
        'monthly_credit = "150.005"',
        [f"{S2}.monthly_credit is “150.005”, but must be an amount"],
    ),
    (
        'monthly_credit = "150.00"',
        "monthly_credit = 0",
        [f"{S2}.monthly_credit is 0, but must be an amount above 0"],
    ),
    (
        'offer = "monthly-credit"',
        'offer = "free-trial"',
        [f"{S2}.monthly_credit is “150.00”, but must be left out unless the offer is monthly-credit."],
    ),
    (
        'name = "Flexible IO Tester"',
        'name = "Flexible IO Tester"\noffer = "free-trial"',
        [f"{SECTION}.subscriptions[1].offer is “free-trial”, but must be one of pay-as-you-go and support."],
    ),
    (
        'name = "Flexible IO Tester"',
        'name = "Flexible IO Tester"\nanniversary_day = 5',
        [f"{SECTION}.subscriptions[1].anniversary_day is unknown"],
    ),
    # dates
    (
        "anniversary_day = 5",
        "anniversary_day = 29",
        [f"{S1}.anniversary_day is 29, but must be a whole number from 1 to 28."],
    ),
    (
        "anniversary_day = 5",
        "anniversary_day = 0",
        [f"{S1}.anniversary_day is 0, but must be a whole number from 1 to 28."],
    ),
    (
        "anniversary_day = 5",
        'anniversary_day = "5"',
        [f"{S1}.anniversary_day is “5”, but must be a whole number from 1 to 28."],
    ),
    (
        "invoice_day = 5",
        "invoice_day = 31",
        ["mca_accounts[1].billing_profiles[1].invoice_day is 31, but must be a whole number from 1 to 28."],
    ),
    (
        "invoice_day = 5",
        "invoice_day = 5\nspending_limit = true",
        ["mca_accounts[1].billing_profiles[1].spending_limit is unknown; the keys that may stand there are"],
    ),
    (
        "anniversary_day = 5",
        "ended_on = 2023-12-05",
        [f"{S1}.ended_on is 2023-12-05, but must be after 5 December 2023, the day it started."],
    ),
    # the whole file
    (
        "[seller]",
        "[vendor]",
        [
            "seller is missing; it must be a table.",
            "vendor is unknown; the keys that may stand there are seller, people, groups, management_groups,",
        ],
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "expected"), WRONG, ids=[f"{index}-{new[:30]}" for index, (_, new, _) in enumerate(WRONG)]
)
def test_every_mistake_has_a_sentence(tmp_path: Path, old: str, new: str, expected: list[str]) -> None:
    """File, path in the file, what was found, what it must be; and no other mistake is made of it."""
    found = sentences(tmp_path, example((old, new)))
    assert len(found) == len(expected), found
    for sentence, start in zip(found, expected, strict=True):
        assert sentence.startswith(start), sentence
        assert sentence.endswith(".")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Three mistakes in three places give three sentences and a last one that counts them."""
    text = example(('country = "SE"', 'country = "XX"'), ('rate = "25"', 'rate = "-1"'), ('id = "fio"', 'id = ""'))
    path = written(tmp_path, text)
    with pytest.raises(UnableToReadAgreements) as raised:
        read_declaration(path)
    lines = str(raised.value.phrase).splitlines()
    assert len(lines) == 4
    assert all(line.startswith(f"{path}: ") for line in lines[:3])
    assert lines[3] == "Nothing was changed: the file has 3 mistakes."


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'[seller]\nname = "a\nb"', "is not a TOML file: "),
        (b"[seller]\nname = 'a'\n[seller]", "is not a TOML file: "),
        (b"created_on = 2024-02-30", "is not a TOML file: "),
        (b'[seller]\nname = "Lule\xe5"', "is not UTF-8 text: byte 22 is wrong."),
        (b"a=" + b"[" * 100_000, "is not a TOML file: "),
    ],
)
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes, expected: str) -> None:
    """With the line and the cause, never a traceback."""
    path = tmp_path / "agreements.toml"
    path.write_bytes(content)
    with pytest.raises(UnableToReadAgreements) as raised:
        read_declaration(path)
    assert str(raised.value.mistakes[0]).startswith(f"{path} {expected}")


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    """Neither a missing file nor a folder is a fault of the program."""
    for path in (tmp_path / "nowhere.toml", tmp_path):
        with pytest.raises(UnableToReadAgreements, match="cannot be opened"):
            read_declaration(path)


@pytest.mark.parametrize(
    "content", ["", "seller = 7", "seller = []", "people = 7", "[people]", "mosp_accounts = [[]]", "x = 1"]
)
def test_a_file_of_another_kind_is_refused_and_not_a_fault(tmp_path: Path, content: str) -> None:
    """Whatever valid TOML comes, the answer is a list of mistakes."""
    assert sentences(tmp_path, content)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    """Editors on some systems write one."""
    assert read_declaration(written(tmp_path, "\ufeff" + EXAMPLE)).accounts


@pytest.mark.parametrize("code", LANGUAGES)
def test_mistakes_can_be_said_in_every_language(tmp_path: Path, code: str) -> None:
    """The file and the path stay as they are."""
    with speaking(code):
        (sentence,) = sentences(tmp_path, example(('series = "K"', 'series = "k"')))
    assert "seller.series" in sentence
