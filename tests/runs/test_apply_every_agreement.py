"""Enterprise and partner agreements, credit, groups, policies and exchange rates are applied, changed and protected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from kvitto.access.policies import Policy
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.agreements.limits import Limits
from kvitto.agreements.planning.plan import Plan
from kvitto.agreements.planning.plan_words import plan_data, plan_sentences
from kvitto.records.agreements import invoice_scope, latest_revision, tree
from kvitto.records.models import (
    AgreementRecord,
    AuditEntry,
    Group,
    LotBalance,
    LotEntry,
    Person,
    PolicySetting,
    RoleAssignment,
)
from kvitto.records.policies import policies_on
from kvitto.runs.apply_agreements import UnableToApply, apply, plan_for
from kvitto.runs.office import Office
from tests.agreements.example_file import ALL, CREDIT, ENTERPRISE, EXAMPLE, PARTNER, SELLER, changed, written

MakeOffice = Callable[..., Office]
pytestmark = [pytest.mark.django_db, pytest.mark.database]
DAY_1, DAY_2 = date(2024, 3, 1), date(2024, 3, 20)
ENROLLMENT = Scope(ScopeKind.BILLING_ACCOUNT, "kontinuum")


def words(plan: Plan) -> str:
    """The plan as a person reads it."""
    return "\n".join(str(sentence) for sentence in plan_sentences(plan))


@pytest.mark.parametrize("text", [EXAMPLE, ENTERPRISE, PARTNER, SELLER, CREDIT, ALL])
def test_each_example_of_the_documentation_is_applied_once(office: MakeOffice, tmp_path: Path, text: str) -> None:
    """And the second time, today or later, it changes nothing."""
    path = written(tmp_path, text)
    plan = apply(office(clock=DAY_1), path)
    assert plan.changes_anything
    assert all(str(sentence) for sentence in plan_sentences(plan))
    rows = AgreementRecord.objects.count(), RoleAssignment.objects.count(), PolicySetting.objects.count()
    for day in (DAY_1, DAY_2):
        assert not apply(office(clock=day), path).changes_anything
    assert rows == (AgreementRecord.objects.count(), RoleAssignment.objects.count(), PolicySetting.objects.count())


def test_what_was_applied_stands_where_it_was_written(office: MakeOffice, tmp_path: Path) -> None:
    """Enrollment, customer, credit and rate are found again in the tree."""
    apply(office(clock=DAY_1), written(tmp_path, ALL))
    found = tree()
    assert set(found.enrollment_accounts) == {"kontinuum-lab", "kontinuum-head-office"}
    assert found.lots["kontinuum-2024"].scope == ENROLLMENT
    scope = invoice_scope(Scope(ScopeKind.SUBSCRIPTION, "kontinuum-simulation"))
    assert scope is not None
    assert scope.scope == ENROLLMENT
    partner = invoice_scope(Scope(ScopeKind.SUBSCRIPTION, "fyrtorn-web"))
    assert partner is not None
    assert (partner.scope.id, partner.currency, partner.pricing_currency) == ("molnhandel-eur", "EUR", "USD")


def test_groups_hold_roles_and_their_members_change(office: MakeOffice, tmp_path: Path) -> None:
    """A role is recorded for the group; who joins and who leaves is told, and noted in the audit trail."""
    apply(office(clock=DAY_1), written(tmp_path, ENTERPRISE))
    held = RoleAssignment.objects.get(group="finance")
    assert (held.person_id, held.role, held.scope_key) == (None, "cost-management-reader", "kontinuum-all")
    text = changed(
        ENTERPRISE, ('members = ["erik@lindqvist.example"]', 'members = ["astrid@lindqvist.example"]'),
        ('{ group = "finance", role = "cost-management-reader" }', '{ group = "finance", role = "reader" }'),
    )  # fmt: skip
    plan = apply(office(clock=DAY_2), written(tmp_path, text))
    assert (
        "Group changed: Finance department, with astrid@lindqvist.example and without erik@lindqvist.example"
        in words(plan)
    )
    assert "Role withdrawn: finance is Cost Management Reader of management group kontinuum-all" in words(plan)
    assert plan_data(plan)["groups_changed"] == [
        {"id": "finance", "joined": ["astrid@lindqvist.example"], "left": ["erik@lindqvist.example"]}
    ]
    assert [person.email for person in Group.objects.get().members.all()] == ["astrid@lindqvist.example"]
    rows = RoleAssignment.objects.filter(group="finance", superseded_in=None).order_by("valid_from")
    assert list(rows.values_list("role", "valid_from", "valid_to")) == [
        ("cost-management-reader", DAY_1, DAY_2),
        ("reader", DAY_2, None),
    ]
    assert AuditEntry.objects.filter(action__in=["group.join", "group.leave"]).count() == 3


def test_policies_are_set_and_what_is_not_written_keeps_its_value(office: MakeOffice, tmp_path: Path) -> None:
    """Set by one file, changed by the next, left alone by a third."""
    apply(office(clock=DAY_1), written(tmp_path, ENTERPRISE))
    text = changed(
        ENTERPRISE, ('account-owners-view-charges = "NotAllowed"', 'account-owners-view-charges = "Allowed"')
    )
    plan = apply(office(clock=DAY_2), written(tmp_path, text))
    assert "Policy set: Account owners view charges of billing account kontinuum: NotAllowed → Allowed" in words(plan)
    assert [(each["from"], each["to"]) for each in plan_data(plan)["policies_set"]] == [("NotAllowed", "Allowed")]
    without = changed(text, ('account-owners-view-charges = "Allowed"\n', ""))
    assert not apply(office(clock=DAY_2), written(tmp_path, without)).changes_anything
    assert policies_on([ENROLLMENT])[ENROLLMENT][Policy.ACCOUNT_OWNERS_VIEW_CHARGES] == "Allowed"
    earlier = policies_on([ENROLLMENT], on=DAY_1)[ENROLLMENT]
    assert earlier[Policy.ACCOUNT_OWNERS_VIEW_CHARGES] == "NotAllowed"


def test_a_program_is_a_person_of_another_kind(office: MakeOffice, tmp_path: Path) -> None:
    """With the directory it is in and those it may switch to; changed as the file says."""
    apply(office(clock=DAY_1), written(tmp_path, ENTERPRISE))
    text = changed(ENTERPRISE, ('directories = ["kontinuum-lab"]', 'directories = ["elsewhere"]'))
    plan = apply(office(clock=DAY_2), written(tmp_path, text))
    assert [person.email for person in plan.people_changed] == ["buyer@kontinuum.example"]
    program = Person.objects.get(email="buyer@kontinuum.example")
    assert (program.kind, program.directory, program.directories) == ("service-principal", "kontinuum", ["elsewhere"])


@pytest.mark.parametrize(
    ("text", "old", "sentence"),
    [
        (
            ENTERPRISE,
            '{ person = "astrid@lindqvist.example", role = "enterprise-administrator" },\n',
            "The last owner of kontinuum cannot be removed",
        ),
        (
            EXAMPLE,
            'roles = [{ person = "astrid@lindqvist.example", role = "billing-profile-owner" }]',
            "The last user of utrecht cannot be removed",
        ),
        (
            EXAMPLE,
            'roles = [{ person = "erik@lindqvist.example", role = "invoice-section-owner" }]',
            "The last user of utrecht-storage cannot be removed",
        ),
    ],
)
def test_the_last_owner_cannot_be_removed(
    office: MakeOffice, tmp_path: Path, text: str, old: str, sentence: str
) -> None:
    """Who shall go must be followed by another one."""
    apply(office(clock=DAY_1), written(tmp_path, text))
    with pytest.raises(UnableToApply, match=sentence):
        plan_for(office(clock=DAY_2), written(tmp_path, changed(text, (old, ""))))
    other = old.replace("astrid", "X").replace("erik", "astrid").replace("X", "erik")
    assert plan_for(office(clock=DAY_2), written(tmp_path, changed(text, (old, other)))).changes_anything


def test_a_group_that_loses_its_members_is_nobody(office: MakeOffice, tmp_path: Path) -> None:
    """The last owner may be a group, as long as somebody is in it."""
    person = '{ person = "astrid@lindqvist.example", role = "enterprise-administrator" }'
    text = changed(ENTERPRISE, (person, '{ group = "finance", role = "enterprise-administrator" }'))
    apply(office(clock=DAY_1), written(tmp_path, text))
    with pytest.raises(UnableToApply, match="The last owner of kontinuum cannot be removed"):
        plan_for(office(clock=DAY_2), written(tmp_path, changed(text, ('members = ["erik@lindqvist.example"]', ""))))


def test_nobody_owns_two_enrollment_accounts(office: MakeOffice, tmp_path: Path) -> None:
    """Also where the file mentions only one of them."""
    apply(office(clock=DAY_1), written(tmp_path, ENTERPRISE))
    start, end = (
        ENTERPRISE.index("[[enterprise_agreements.departments]]"),
        ENTERPRISE.index("[[enterprise_agreements.acc"),
    )
    text = ENTERPRISE[:start] + ENTERPRISE[end:] + 'owner = "erik@lindqvist.example"\n'
    with pytest.raises(
        UnableToApply, match=r"erik@lindqvist\.example would own several enrollment accounts: kontinuum-hea"
    ):
        plan_for(office(clock=DAY_2), written(tmp_path, text))


def used(lot: str, scope: Scope, minor: int) -> None:
    """Credit that an invoice took, as far as agreements look at it."""
    balance, _ = LotBalance.objects.update_or_create(
        lot_key=lot,
        defaults={"scope_kind": scope.kind, "scope_key": scope.id, "currency": "EUR", "left_minor": 0},
    )
    moment = datetime(2024, 3, 10, tzinfo=UTC)
    LotEntry.objects.create(lot=balance, kind="settled-charges", amount_minor=-minor, on_day=DAY_1, recorded_at=moment)


def test_credit_that_was_used_stays_what_it_was(office: MakeOffice, tmp_path: Path) -> None:
    """It may grow, and shrink down to what was used; its treatment and source stay."""
    apply(office(clock=DAY_1), written(tmp_path, ENTERPRISE))
    used("kontinuum-2024", ENROLLMENT, 500_000)
    smaller = changed(ENTERPRISE, ('amount = "120000"', 'amount = "4999.99"'))
    with pytest.raises(
        UnableToApply, match=r"kontinuum-2024: it cannot shrink to 4,999\.99.EUR, because invoices used 5,000\.00.EUR"
    ):
        plan_for(office(clock=DAY_2), written(tmp_path, smaller))
    payment = changed(ENTERPRISE, ('source = "prepayment"', 'source = "purchased", treatment = "payment"'))
    with pytest.raises(UnableToApply) as raised:
        plan_for(office(clock=DAY_2), written(tmp_path, payment))
    assert [str(reason).partition(",")[0] for reason in raised.value.reasons] == [
        "kontinuum-2024: treatment is discount and cannot become payment",
        "kontinuum-2024: source is prepayment and cannot become purchased",
    ]
    enough = changed(ENTERPRISE, ('amount = "120000"', 'amount = "5000"'))
    assert plan_for(office(clock=DAY_2), written(tmp_path, enough)).changes_anything


def test_exchange_rates_hold_from_day_to_day(office: MakeOffice, tmp_path: Path) -> None:
    """A later rate ends the one before; an earlier one is put in between; nothing else is touched."""
    apply(office(clock=DAY_1), written(tmp_path, PARTNER))
    second = PARTNER.replace('rate = "0.9215"', 'rate = "0.93"').replace(
        "valid_from = 2024-02-01", "valid_from = 2024-03-01"
    )
    apply(office(clock=DAY_1), written(tmp_path, second))
    between = PARTNER.replace('rate = "0.9215"', 'rate = "0.92"').replace(
        "valid_from = 2024-02-01", "valid_from = 2024-02-15"
    )
    plan = apply(office(clock=DAY_2), written(tmp_path, between))
    assert "Changed from 15 February 2024: exchange rate USD-EUR (USD-EUR)" in words(plan)
    rows = AgreementRecord.objects.filter(kind="exchange_rate", superseded_in=None).order_by("valid_from")
    assert [(row.facts["rate"], row.valid_from, row.valid_to) for row in rows] == [
        ("0.9215", date(2024, 2, 1), date(2024, 2, 15)),
        ("0.92", date(2024, 2, 15), date(2024, 3, 1)),
        ("0.93", date(2024, 3, 1), None),
    ]
    revision = latest_revision()
    for text in (PARTNER, second, between):
        assert not apply(office(clock=DAY_2), written(tmp_path, text)).changes_anything
    assert (latest_revision(), tree(on=DAY_1).rates["USD-EUR"].rate) == (revision, Decimal("0.93"))


def test_a_partner_with_two_currencies_needs_their_rate(office: MakeOffice, tmp_path: Path) -> None:
    """Told when it is agreed, not when the first invoice fails."""
    start, end = PARTNER.index("[[exchange_rates]]"), PARTNER.index("[[partner_agreements]]")
    with pytest.raises(
        UnableToApply, match="molnhandel-eur: its prices are in USD and its invoices in EUR, but no exch"
    ):
        plan_for(office(clock=DAY_1), written(tmp_path, PARTNER[:start] + PARTNER[end:]))


def test_a_new_account_holds_five_subscriptions(office: MakeOffice, tmp_path: Path) -> None:
    """Of its first thirty days; the sixth is refused with its limit."""
    start = EXAMPLE.index("[[mca_accounts]]")
    six = "".join(
        f'[[mosp_accounts.subscriptions]]\nid = "n{n}"\nname = "N"\nstarted_on = 2023-11-12\n' for n in range(6)
    )
    text = EXAMPLE[:start] + six + EXAMPLE[start:]
    with pytest.raises(UnableToApply, match="lindqvist: 7 subscriptions would begin in the first 30 days"):
        plan_for(office(clock=DAY_1), written(tmp_path, text))


def test_a_limit_is_the_offices_own(office: MakeOffice, tmp_path: Path) -> None:
    """An office may set another one, or none."""
    start = EXAMPLE.index("[[mca_accounts]]")
    six = "".join(
        f'[[mosp_accounts.subscriptions]]\nid = "n{n}"\nname = "N"\nstarted_on = 2023-11-12\n' for n in range(6)
    )
    without = replace(office(clock=DAY_1), limits=Limits(new_account_subscriptions=None))
    assert plan_for(without, written(tmp_path, EXAMPLE[:start] + six + EXAMPLE[start:])).changes


def test_credit_stays_in_its_currency_and_at_its_place(office: MakeOffice, tmp_path: Path) -> None:
    """Also while nothing of it is used; and an account with credit keeps its currency."""
    apply(office(clock=DAY_1), written(tmp_path, ENTERPRISE))
    dollars = changed(ENTERPRISE, ('currency = "EUR"', 'currency = "USD"'))
    with pytest.raises(UnableToApply, match=r"kontinuum-2024: amount\.currency is EUR and can never become USD"):
        plan_for(office(clock=DAY_2), written(tmp_path, dollars))
    start, end = dollars.index("credits = ["), dollars.index("[enterprise_agreements.policies]")
    with pytest.raises(
        UnableToApply, match=r"kontinuum-2024: it is credit of .*, so that its account cannot change curr"
    ):
        plan_for(office(clock=DAY_2), written(tmp_path, dollars[:start] + dollars[end:]))


def test_a_country_without_known_rates_is_told(office: MakeOffice, tmp_path: Path) -> None:
    """Before an invoice needs them."""
    text = changed(ENTERPRISE, ('category = "S"\ncountry = "SE"', 'category = "S"\ncountry = "AQ"'))
    with pytest.raises(UnableToApply, match="kontinuum: No tax rate is known for country AQ"):
        plan_for(office(clock=DAY_1), written(tmp_path, text))


def test_sales_tax_of_the_united_states_is_not_promised(office: MakeOffice, tmp_path: Path) -> None:
    """The one rate that holds for the account, or a category without tax, is taken; rates of the country are not."""
    for treatment, is_taken in (
        ('category = "S"\ncountry = "US"', False),
        ('category = "S"\nrate = "6.6"', True),
        ('category = "O"\nreason = "Not subject to sales tax in California"', True),
    ):
        text = written(tmp_path, changed(ENTERPRISE, ('category = "S"\ncountry = "SE"', treatment)))
        if is_taken:
            assert plan_for(office(clock=DAY_1), text).changes
        else:
            with pytest.raises(UnableToApply, match="kontinuum: Sales tax of US depends on the place"):
                plan_for(office(clock=DAY_1), text)


def test_numbers_are_never_given_twice(office: MakeOffice, tmp_path: Path) -> None:
    """A form that does not show the series keeps its series."""
    text = changed(SELLER, ('credit_note_series = "KC"', ""), ("{series}{year}-{number:05}", "{year}-{number:05}"))
    apply(office(clock=DAY_1), written(tmp_path, text))
    with pytest.raises(UnableToApply, match="The series cannot change from K to L while the form of the numbers"):
        plan_for(office(clock=DAY_2), written(tmp_path, changed(text, ('series = "K"', 'series = "L"'))))
