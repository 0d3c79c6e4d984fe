"""Applying agreements: only differences are recorded, both time axes hold, and what must not change is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kvitto.agreements.declaration.agreements_file import UnableToReadAgreements
from kvitto.agreements.hierarchy import Scope, ScopeKind, Subscription
from kvitto.agreements.planning.plan import Change, ChangeKind, Plan
from kvitto.agreements.planning.plan_words import plan_sentences
from kvitto.records.agreements import (
    invoice_scope,
    invoice_scope_of_subscription,
    invoice_scopes,
    latest_revision,
    seller,
    subscription_names,
)
from kvitto.records.models import AgreementRecord, InvoiceRecord, Person, Revision, RoleAssignment
from kvitto.runs.apply_agreements import UnableToApply, apply, plan_for
from kvitto.runs.office import Office
from tests.agreements.example_file import EXAMPLE, example, written
from tests.runs import offices

MakeOffice = Callable[..., Office]
pytestmark = pytest.mark.django_db
DAY_1, DAY_2, DAY_3 = date(2024, 3, 1), date(2024, 3, 20), date(2024, 4, 10)
PG_LAB = Scope(ScopeKind.SUBSCRIPTION, "pg-lab")
SUBSCRIPTIONS = "mca_accounts.billing_profiles.invoice_sections.subscriptions"
UTRECHT = Scope(ScopeKind.BILLING_PROFILE, "utrecht")


@pytest.fixture
def applied(office: MakeOffice, tmp_path: Path) -> Office:
    """An office on 1 March with the agreements of the example."""
    made = office(clock=DAY_1)
    apply(made, written(tmp_path, EXAMPLE))
    return made


def subscription(key: str, revision: int | None = None, on: date | None = None) -> Subscription:
    """The subscription as it was believed and valid."""
    scope = invoice_scope_of_subscription(key, revision, on)
    assert scope is not None
    return next(each for each in scope.subscriptions if each.id == key)


def invoiced(kind: str, key: str, account: str, end: date) -> None:
    """An issued invoice, as far as agreements look at it."""
    InvoiceRecord.objects.create(
        number=f"K-{key}",
        scope_kind=kind,
        scope_key=key,
        account_key=account,
        period_start=end.replace(day=1),
        period_end=end,
        issue_date=end,
        due_date=end,
        issued_at=datetime(2024, 3, 10, tzinfo=UTC),
        currency="EUR",
        payable_minor=1,
        currency_decimals=2,
        total_unrounded=Decimal("0.01"),
        usage_sequence=1,
        revision=1,
        facts="{}",
        facts_digest="0" * 64,
    )


def by_key(changes: tuple[Change, ...]) -> dict[str, Change]:
    """Changes by id."""
    return {change.key[1]: change for change in changes}


def test_everything_in_a_first_file_is_added(office: MakeOffice, tmp_path: Path) -> None:
    """New things hold from their own start; people, roles and one revision are recorded with them."""
    made = office(clock=DAY_1)
    plan = apply(made, written(tmp_path, EXAMPLE))
    changes = by_key(plan.changes)
    assert {change.kind for change in plan.changes} == {ChangeKind.ADDED}
    assert changes["pg-lab"].valid_from == date(2023, 12, 5)
    assert changes["lindqvist"].valid_from == date(2023, 11, 10)
    assert changes["utrecht"].valid_from == changes["utrecht-storage"].valid_from == date(2024, 1, 22)
    assert (Revision.objects.count(), Person.objects.count(), RoleAssignment.objects.count()) == (1, 2, 5)
    revision = Revision.objects.get()
    assert (revision.recorded_at, revision.cause) == (made.now(), "agreements apply agreements.toml")
    assert not any(person.has_usable_password() for person in Person.objects.all())
    assert [scope.scope.id for scope in invoice_scopes()] == ["os-bench", "pg-lab", "utrecht"]
    assert sorted(subscription_names()) == ["PostgreSQL", "fio", "os-bench", "pg-lab"]
    found = seller()
    assert found is not None
    assert found.party.name == "Norrsken Moln AB"


def test_the_same_file_again_changes_nothing(applied: Office, office: MakeOffice, tmp_path: Path) -> None:
    """Today or later: no change, no revision, no row."""
    rows = AgreementRecord.objects.count()
    for day in (DAY_1, DAY_3):
        plan = apply(office(clock=day), written(tmp_path, EXAMPLE))
        assert not plan.changes_anything
        assert plan.unchanged == 8
    assert (latest_revision(), AgreementRecord.objects.count()) == (Revision.objects.get().number, rows)


def test_a_plan_changes_nothing(office: MakeOffice, tmp_path: Path) -> None:
    """Looking is free."""
    assert len(plan_for(office(clock=DAY_1), written(tmp_path, EXAMPLE)).changes) == 8
    assert (Revision.objects.count(), AgreementRecord.objects.count(), Person.objects.count()) == (0, 0, 0)


def test_a_change_holds_from_its_day_on(applied: Office, office: MakeOffice, tmp_path: Path) -> None:
    """The day before still has the old terms, and the old revision knows nothing of the new ones."""
    first = latest_revision()
    changed = example(
        ('purchase_order = "HA-2024-0117"', 'purchase_order = "HA-2"'), ('city = "Utrecht"', 'city = "Delft"')
    )
    plan = apply(office(clock=DAY_2), written(tmp_path, changed))
    (change,) = plan.changes
    assert change.kind is ChangeKind.CHANGED
    assert {(each.field, each.before, each.after) for each in change.fields} == {
        ("purchase_order", "HA-2024-0117", "HA-2"),
        ("bill_to.address.city", "Utrecht", "Delft"),
    }

    def order(revision: int | None = None, on: date | None = None) -> str:
        scope = invoice_scope(UTRECHT, revision, on)
        assert scope is not None
        assert scope.profile is not None
        return scope.profile.purchase_order

    assert (order(), order(on=DAY_2), order(on=date(2024, 3, 19))) == ("HA-2", "HA-2", "HA-2024-0117")
    assert (order(first), order(first, DAY_2)) == ("HA-2024-0117", "HA-2024-0117")
    assert latest_revision() > first


def test_valid_from_says_since_when_and_a_correction_supersedes(
    applied: Office, office: MakeOffice, tmp_path: Path
) -> None:
    """Recorded on day 3 for day 1: believed for the past from then on, and still answered as before at revision 1."""
    first = latest_revision()
    apply(office(clock=DAY_2), written(tmp_path, example(('rate = "25"', 'rate = "24"'))))
    second = latest_revision()
    apply(office(clock=DAY_3), written(tmp_path, example(('rate = "25"', 'rate = "23"'))), valid_from=date(2024, 3, 10))

    def rate(on: date, revision: int | None = None) -> int:
        scope = invoice_scope(PG_LAB, revision, on)
        assert scope is not None
        return int(scope.account.tax.rate)

    days = (date(2024, 3, 9), date(2024, 3, 10), DAY_2, DAY_3)
    assert [rate(day) for day in days] == [25, 23, 23, 23]
    assert [rate(day, second) for day in days] == [25, 25, 24, 24]
    assert [rate(day, first) for day in days] == [25, 25, 25, 25]


def test_at_most_one_version_is_believed_and_valid_on_any_day(
    applied: Office, office: MakeOffice, tmp_path: Path
) -> None:
    """Whatever order changes are recorded in, versions of one thing never overlap, at no revision."""
    for day, order in ((DAY_3, "A"), (DAY_2, "B"), (date(2024, 5, 1), "C"), (DAY_1, "D"), (date(2020, 1, 1), "E")):
        changed = example(('purchase_order = "HA-2024-0117"', f'purchase_order = "{order}"'))
        apply(office(clock=DAY_2), written(tmp_path, changed), valid_from=day)
    rows = list(AgreementRecord.objects.filter(key="utrecht"))
    for revision in Revision.objects.values_list("number", flat=True):
        believed = sorted(
            (row.valid_from, row.valid_to or date.max)
            for row in rows
            if row.recorded_in_id <= revision and (row.superseded_in_id is None or row.superseded_in_id > revision)
        )
        assert believed[-1][1] == date.max
        assert all(before[1] == after[0] for before, after in pairwise(believed))
        assert all(start < end for start, end in believed)
    scope = invoice_scope(UTRECHT, on=date(2024, 1, 22))
    assert scope is not None
    assert scope.profile is not None
    assert scope.profile.purchase_order == "E"


def test_an_end_is_a_fact_about_the_whole_life(applied: Office, office: MakeOffice, tmp_path: Path) -> None:
    """A subscription that ended last week is known to have ended whichever day is asked for, but not at revision 1."""
    first = latest_revision()
    plan = apply(
        office(clock=DAY_2),
        written(tmp_path, example(("anniversary_day = 5", "anniversary_day = 5\nended_on = 2024-03-12"))),
    )
    assert [change.kind for change in plan.changes] == [ChangeKind.ENDED]
    assert subscription("pg-lab", on=date(2024, 3, 2)).ended_on == date(2024, 3, 12)
    assert subscription("pg-lab", first, date(2024, 3, 2)).ended_on is None


def test_a_corrected_start_moves_the_whole_life(applied: Office, office: MakeOffice, tmp_path: Path) -> None:
    """Started earlier than was thought: valid from the true start; started later: not valid before it."""
    earlier = example(("started_on = 2023-12-05", "started_on = 2023-11-20"))
    apply(office(clock=DAY_2), written(tmp_path, earlier))
    assert subscription("pg-lab", on=date(2023, 11, 20)).started_on == date(2023, 11, 20)
    later = example(("started_on = 2023-12-05", "started_on = 2024-01-05"))
    apply(office(clock=DAY_3), written(tmp_path, later))
    assert invoice_scope(PG_LAB, on=date(2024, 1, 4)) is None
    assert subscription("pg-lab", on=date(2024, 1, 5)).started_on == date(2024, 1, 5)


def test_what_the_file_does_not_mention_is_left_alone_and_said(
    applied: Office, office: MakeOffice, tmp_path: Path
) -> None:
    """A file without the MCA account keeps it, with its roles, and names what it leaves alone."""
    shorter = EXAMPLE[: EXAMPLE.index("[[mca_accounts]]")]
    plan = apply(office(clock=DAY_2), written(tmp_path, shorter))
    assert not plan.changes_anything
    assert [key for _, key in plan.left_alone] == ["harbour", "utrecht", "utrecht-storage", "fio"]
    assert "Not in the file, left as it is: billing account harbour, billing profile utrecht" in str(
        next(sentence for sentence in plan_sentences(plan) if "left" in str(sentence))
    )
    assert invoice_scope(UTRECHT) is not None


def test_roles_of_a_thing_are_those_the_file_writes(applied: Office, office: MakeOffice, tmp_path: Path) -> None:
    """A new administrator is granted, the old one withdrawn; who held the role when stays on record."""
    plan = apply(
        office(clock=DAY_2), written(tmp_path, example(('administrator = "astrid@', 'administrator = "erik@')))
    )
    assert [role.person for role in plan.roles_granted] == ["erik@lindqvist.example"]
    assert [role.person for role in plan.roles_withdrawn] == ["astrid@lindqvist.example"]
    held = RoleAssignment.objects.filter(role="account-administrator", superseded_in=None).order_by("valid_from")
    assert list(held.values_list("person__name", "valid_from", "valid_to")) == [
        ("Astrid Lindqvist", DAY_1, DAY_2),
        ("Erik Holm", DAY_2, None),
    ]
    again = apply(office(clock=DAY_2), written(tmp_path, EXAMPLE))
    assert len(again.roles_granted) == len(again.roles_withdrawn) == 1
    now = RoleAssignment.objects.filter(role="account-administrator", superseded_in=None, valid_to=None)
    assert list(now.values_list("person__name", flat=True)) == ["Astrid Lindqvist"]


def test_people_keep_what_the_file_leaves_open(applied: Office, office: MakeOffice, tmp_path: Path) -> None:
    """A language that a person chose stays; a name that the file changes is changed."""
    Person.objects.filter(email="erik@lindqvist.example").update(language="lv")
    plan = apply(office(clock=DAY_2), written(tmp_path, example(("Erik Holm", "Erik Holmgren"))))
    assert [person.name for person in plan.people_changed] == ["Erik Holmgren"]
    erik = Person.objects.get(email="erik@lindqvist.example")
    assert (erik.name, erik.language) == ("Erik Holmgren", "lv")


REFUSED = [
    (
        ('currency = "USD"', 'currency = "EUR"'),
        "lindqvist: currency is USD and cannot become EUR, because invoices were made from it.",
    ),
    (
        ("anniversary_day = 5", "anniversary_day = 6"),
        "pg-lab: anniversary_day is 5 and cannot become 6, because invoices were made from it.",
    ),
    (
        ("started_on = 2023-12-05", "started_on = 2023-11-30"),
        "pg-lab: started_on is 2023-12-05 and cannot become 2023-11-30, because invoices were made from it.",
    ),
]


@pytest.mark.parametrize(("change", "sentence"), REFUSED)
def test_what_invoices_were_made_from_cannot_change(
    applied: Office, office: MakeOffice, tmp_path: Path, change: tuple[str, str], sentence: str
) -> None:
    """Refused with a sentence once an invoice was issued, possible before; nothing is half done."""
    path = written(tmp_path, example(change, ("Erik Holm", "Somebody Else")))
    assert plan_for(office(clock=DAY_2), path).changes
    invoiced("subscription", "pg-lab", "lindqvist", date(2024, 2, 5))
    revision = latest_revision()
    with pytest.raises(UnableToApply) as raised:
        apply(office(clock=DAY_2), path)
    assert str(raised.value.phrase).splitlines() == [sentence, "Nothing was changed."]
    assert latest_revision() == revision
    assert Person.objects.filter(name="Erik Holm").exists()


def test_an_end_cannot_move_after_the_last_invoice(applied: Office, office: MakeOffice, tmp_path: Path) -> None:
    """Days after the end of the last invoice would never be billed."""
    ended = example(("anniversary_day = 5", "anniversary_day = 5\nended_on = 2024-03-03"))
    apply(office(clock=DAY_2), written(tmp_path, ended))
    invoiced("subscription", "pg-lab", "lindqvist", date(2024, 3, 3))
    with pytest.raises(UnableToApply, match=r"pg-lab: it ended on 3 March 2024 and its last invoice was made"):
        apply(office(clock=DAY_2), written(tmp_path, EXAMPLE))


def test_the_agreement_of_an_account_never_changes(applied: Office, office: MakeOffice, tmp_path: Path) -> None:
    """An MCA account cannot become a MOSP account under the same id."""
    text = EXAMPLE[: EXAMPLE.index("[[mca_accounts]]")].replace('id = "lindqvist"', 'id = "harbour"', 1)
    with pytest.raises(UnableToApply, match="harbour: agreement is MicrosoftCustomerAgreement and can never become"):
        plan_for(office(clock=DAY_2), written(tmp_path, text))


def test_an_office_keeps_its_seller(applied: Office, office: MakeOffice, tmp_path: Path) -> None:
    """The seller's facts may change, not who it is."""
    with pytest.raises(UnableToApply, match="The seller of this office has the id norrsken; the file says other"):
        plan_for(office(clock=DAY_2), written(tmp_path, example(('id = "norrsken"', 'id = "other"'))))
    plan = apply(office(clock=DAY_2), written(tmp_path, example(('name = "Norrsken Moln AB"', 'name = "Norrsken AB"'))))
    assert [change.key for change in plan.changes] == [("seller", "norrsken")]
    before, after = seller(on=DAY_1), seller()
    assert before is not None
    assert after is not None
    assert (before.party.name, after.party.name) == ("Norrsken Moln AB", "Norrsken AB")


def test_a_name_of_an_unmentioned_subscription_is_taken(applied: Office, office: MakeOffice, tmp_path: Path) -> None:
    """Two subscriptions may not answer to one name, also when a file shows only one of them."""
    shorter = EXAMPLE[: EXAMPLE.index("[[mca_accounts]]")].replace('known_as = ["PostgreSQL"]', 'known_as = ["fio"]')
    with pytest.raises(UnableToApply, match="pg-lab: “fio” already is a name of subscription fio"):
        plan_for(office(clock=DAY_2), written(tmp_path, shorter))


MOVE = """
[[mca_accounts.billing_profiles]]
id = "delft"
name = "Delft"

[[mca_accounts.billing_profiles.invoice_sections]]
id = "delft-storage"
name = "Storage"
"""


def moved() -> str:
    """The example with subscription fio in another profile."""
    start = EXAMPLE.index("[[mca_accounts.billing_profiles.invoice_sections.subscriptions]]")
    return EXAMPLE[:start] + MOVE + EXAMPLE[start:]


def test_a_subscription_moves_on_any_day_that_is_not_invoiced(
    applied: Office, office: MakeOffice, tmp_path: Path
) -> None:
    """Each profile invoices its own days, and none twice."""
    path = written(tmp_path, moved())
    invoiced("billing_profile", "utrecht", "harbour", date(2024, 3, 1))
    with pytest.raises(UnableToApply, match="because the days of billing profile utrecht before 1 March 2024"):
        plan_for(office(clock=DAY_2), path, date(2024, 2, 10))
    apply(office(clock=DAY_2), path, date(2024, 3, 12))
    before, after = (invoice_scope_of_subscription("fio", on=day) for day in (date(2024, 3, 11), date(2024, 3, 12)))
    assert before is not None
    assert after is not None
    assert (before.scope.id, after.scope.id) == ("utrecht", "delft")


def test_nothing_moves_into_a_period_that_was_invoiced_without_it(
    applied: Office, office: MakeOffice, tmp_path: Path
) -> None:
    """The profile it comes to must not be invoiced past the day either."""
    empty = EXAMPLE + MOVE
    apply(office(clock=DAY_1), written(tmp_path, empty))
    invoiced("billing_profile", "delft", "harbour", date(2024, 4, 1))
    with pytest.raises(UnableToApply, match="because the days of billing profile delft before 1 April 2024"):
        plan_for(office(clock=DAY_3), written(tmp_path, moved()), DAY_2)
    assert plan_for(office(clock=DAY_3), written(tmp_path, moved()), date(2024, 4, 1)).changes


def test_a_subscription_that_stood_wrong_from_its_start_may_be_put_right(
    applied: Office, office: MakeOffice, tmp_path: Path
) -> None:
    """A correction of its whole life moves it without leaving a month behind."""
    apply(office(clock=DAY_2), written(tmp_path, moved()), date(2024, 2, 1))
    for day in (date(2024, 2, 1), DAY_2):
        scope = invoice_scope_of_subscription("fio", on=day)
        assert scope is not None
        assert scope.scope.id == "delft"


def test_a_section_stays_under_its_profile(applied: Office, office: MakeOffice, tmp_path: Path) -> None:
    """Its subscriptions may move, each by itself; the section may not take them along."""
    section = EXAMPLE[EXAMPLE.index("[[mca_accounts.billing_profiles.invoice_sections]]") :]
    text = EXAMPLE.replace(section, MOVE.partition("[[mca_accounts.billing_profiles.inv")[0] + section)
    with pytest.raises(UnableToApply, match="utrecht-storage: profile_id is utrecht and can never become delft"):
        plan_for(office(clock=DAY_2), written(tmp_path, text), date(2024, 3, 1))


def test_a_subscription_moves_between_the_forms_of_agreement(
    applied: Office, office: MakeOffice, tmp_path: Path
) -> None:
    """From MOSP into a section; the day must not be invoiced yet, nor lie before the new account."""
    start = EXAMPLE.index('[[mosp_accounts.subscriptions]]\nid = "os-bench"')
    end = EXAMPLE.index("[[mca_accounts]]")
    text = (
        EXAMPLE[:start]
        + EXAMPLE[end:]
        + f'\n[[{SUBSCRIPTIONS}]]\nid = "os-bench"\nname = "OS"\nstarted_on = 2024-02-01\n'
    )
    path = written(tmp_path, text)
    (change,) = plan_for(office(clock=DAY_2), path, DAY_2).changes
    words = [str(sentence) for sentence in plan_sentences(Plan(DAY_2, (change,)))]
    assert (
        "    It moves to account harbour: use before 20 March 2024 is invoiced by lindqvist, later use by harbour."
        in words
    )
    invoiced("subscription", "os-bench", "lindqvist", DAY_3)
    with pytest.raises(
        UnableToApply, match="os-bench: it cannot move on 20 March 2024, because the days of the subscription"
    ):
        plan_for(office(clock=DAY_2), path, DAY_2)
    apply(office(clock=DAY_3), path)
    assert (subscription("os-bench", on=DAY_2).account_id, subscription("os-bench").account_id) == (
        "lindqvist",
        "harbour",
    )


def test_a_new_owner_takes_over_the_account(applied: Office, office: MakeOffice, tmp_path: Path) -> None:
    """A new administrator; the plan says what that is."""
    text = example(('administrator = "astrid@', 'administrator = "erik@'))
    words = [str(sentence) for sentence in plan_sentences(plan_for(office(clock=DAY_2), written(tmp_path, text)))]
    assert (
        "    Ownership passes from astrid@lindqvist.example to erik@lindqvist.example; astrid@lindqvist.example has no "
        "role on the account any more." in words
    )


def test_nothing_starts_before_its_account(office: MakeOffice, tmp_path: Path) -> None:
    """A subscription cannot have stood under an account that was not there."""
    text = example(("started_on = 2023-12-05", "started_on = 2023-11-09"))
    with pytest.raises(UnableToApply, match="pg-lab: it cannot stand under account lindqvist on 9 November 2023, beca"):
        plan_for(office(clock=DAY_1), written(tmp_path, text))


@pytest.mark.parametrize(
    ("life", "sentence"),
    [
        ("started_on = 2024-02-04", "lab: it cannot start on 4 February 2024, because usage of 3 February 2024 was"),
        (
            "started_on = 2024-02-01\nended_on = 2024-02-28",
            "lab: it cannot end on 28 February 2024, because usage of 28",
        ),
    ],
)
def test_accepted_usage_never_falls_out_of_a_life(office: MakeOffice, life: str, sentence: str) -> None:
    """A start after, or an end before, usage that was accepted is refused: it would be on no bill."""
    made_office = offices.made(office(clock=date(2024, 3, 2)))
    text = offices.AGREEMENTS.replace("started_on = 2024-02-01", life, 1)
    with pytest.raises(UnableToApply, match=sentence):
        apply(made_office, offices.written(made_office, "changed.toml", text))


@pytest.mark.parametrize("life", ["started_on = 2024-02-03", "started_on = 2024-02-01\nended_on = 2024-02-29"])
def test_a_life_may_shrink_to_its_usage(office: MakeOffice, life: str) -> None:
    """From the first day of use to the day after the last."""
    made_office = offices.made(office(clock=date(2024, 3, 2)))
    text = offices.AGREEMENTS.replace("started_on = 2024-02-01", life, 1)
    assert len(apply(made_office, offices.written(made_office, "changed.toml", text)).changes) == 1


def test_a_plan_that_is_no_longer_true_is_not_applied(applied: Office, office: MakeOffice, tmp_path: Path) -> None:
    """What was shown is what is recorded, or nothing."""
    later = office(clock=DAY_2)
    path = written(tmp_path, example(("Erik Holm", "Erik Holmgren")))
    shown = plan_for(later, path)
    Person.objects.filter(email="astrid@lindqvist.example").update(name="Astrid L.")
    with pytest.raises(UnableToApply, match="changed after the plan was shown"):
        apply(later, path, shown=shown)


def test_a_wrong_file_changes_nothing(applied: Office, office: MakeOffice, tmp_path: Path) -> None:
    """One mistake among good changes, and nothing is recorded."""
    with pytest.raises(UnableToReadAgreements):
        apply(office(clock=DAY_2), written(tmp_path, example(("Erik Holm", "E"), ('rate = "25"', 'rate = "x"'))))
    assert Revision.objects.count() == 1


def test_many_subscriptions_take_few_queries(office: MakeOffice, tmp_path: Path) -> None:
    """Two thousand subscriptions are added and changed in bulk, not one by one."""
    many = "".join(f'\n[[{SUBSCRIPTIONS}]]\nid = "s{n}"\nname = "S"\nstarted_on = 2024-02-01\n' for n in range(2000))
    made = office(clock=DAY_1)
    for text in (EXAMPLE + many, EXAMPLE + many.replace('name = "S"', 'name = "T"')):
        with CaptureQueriesContext(connection) as captured:
            plan = apply(made, written(tmp_path, text))
        assert len(plan.changes) >= 2000
        assert len(captured) < 70
    assert subscription("s1999").name == "T"
