"""Giving one role, and taking it away: by the matrices, for every role, and so that somebody is always left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import Scope
from kvitto.agreements.planning.plan_words import plan_sentences
from kvitto.records import gate
from kvitto.records.held_roles import roles_of
from kvitto.records.models import AuditEntry, FormerAddress, Group, Person, Revision, RoleAssignment
from kvitto.records.role_places import place_of
from kvitto.runs.apply_agreements import apply, plan_for
from kvitto.runs.export_agreements import export
from kvitto.runs.give_role import GRANTS_A_DAY, UnableToGive, Wish, grant, withdraw
from kvitto.runs.office import Office
from tests.access.roles_by_the_book import COUNTING, HELD_ON, NAMES, REACHED_FROM, may
from tests.agreements.example_file import EXAMPLE, written
from tests.every_agreement import KINDS, PARTS, build, give, scope_of

MakeOffice = Callable[..., Office]
pytestmark = pytest.mark.django_db
DAY = date(2017, 3, 20)
BOOK_OF = {"mosp": "MOSP", "mca": "MCA", "ea": "EA", "indirect": "EA", "mpa": "MPA"}
GIVEN_BY = {  # roles.md §2–§5, written out once more
    ("MOSP", "subscription"): "give-subscription-roles",
    ("MCA", "billing_account"): "give-account-roles",
    ("MCA", "billing_profile"): "give-profile-roles",
    ("MCA", "invoice_section"): "give-section-roles",
    ("MCA", "subscription"): "give-subscription-roles",
    ("EA", "billing_account"): "give-account-roles",
    ("EA", "department"): "give-department-roles",
    ("EA", "enrollment_account"): "add-enrollment-accounts",
    ("EA", "subscription"): "give-subscription-roles",
    ("MPA", "billing_account"): "give-account-roles",
    ("MPA", "subscription"): "give-subscription-roles",
}
OFFICE_ALONE = {("MCA", "GA"), ("EA", "PA")}
PROFILE, ACCOUNT = scope_of("own", "mca", "profile"), scope_of("own", "mca", "account")
LAB = scope_of("own", "mosp", "subscription")
READER, OWNER = Role.BILLING_PROFILE_READER, Role.BILLING_PROFILE_OWNER
NEW = "new@nordlys.example"


@pytest.fixture
def here(office: MakeOffice) -> Office:
    """Customers under every agreement."""
    build({"own": "", "other": "", "bound": "tenant-b"})
    return office(clock=DAY)


def person(role: Role | None = None, scope: Scope | None = None, name: str = "ada") -> Person:
    """Somebody, with this role on this scope."""
    found = Person.objects.create_user(f"{name}@example.com", name=name.title())
    if role and scope:
        give(found, role, scope)
    return found


def held(email: str) -> dict[Scope, set[Role]]:
    """What the person with this address holds."""
    return dict(roles_of(Person.objects.get(email=email)))


def expected(agreement: str, giver: str, level: str, role: str) -> str:
    """Given, refused or not found, by the book: someone with one role gives another on a thing of a level."""
    book = BOOK_OF[agreement]
    if HELD_ON[giver] not in REACHED_FROM[book][level].split():
        return "not found"
    if (book, role) in OFFICE_ALONE:
        return "refused"
    action = GIVEN_BY[book, level]
    if book == "MOSP" and role == "SA":
        action = "change-service-administrator"
    return "given" if may(book, action, giver, frozenset("i")) else "refused"


@pytest.mark.parametrize("agreement", BOOK_OF)
def test_who_gives_what_follows_the_matrices(here: Office, agreement: str) -> None:
    """Every role that counts, as the giver and as what is given, on every part of the agreement."""
    book, wrong = BOOK_OF[agreement], []
    parts = {kind.value: part for part, kind in KINDS.items()}
    program = Person.objects.create_user("program@example.com", kind="service-principal")
    give(program, Role.READER, scope_of("own", agreement, "subscription"))
    if "owner" in PARTS[agreement]:
        Person.objects.create_user("to@example.com")
    for number, giver in enumerate(COUNTING[book]):
        asker = person(NAMES[giver], scope_of("own", agreement, parts[HELD_ON[giver]]), f"giver-{number}")
        for part in PARTS[agreement]:
            scope = scope_of("own", agreement, part)
            for role in place_of(None, scope).roles_here:
                column = next(name for name, each in NAMES.items() if each is role)
                to = "program@example.com" if column == "EP" else "to@example.com"
                found = outcome(here, asker, Wish(scope, role, to))
                wanted = expected(agreement, giver, scope.kind.value, column)
                wrong += [(giver, part, role, found, wanted)] if found != wanted else []
                RoleAssignment.objects.filter(person__email=to, role=role, scope_key=scope.id).delete()
    assert wrong == []


def outcome(office: Office, asker: Person, wish: Wish) -> str:
    """How the attempt ended."""
    others = RoleAssignment.objects.filter(role=wish.role, scope_key=wish.scope.id).exclude(person=asker)
    if wish.role in {Role.SERVICE_ADMINISTRATOR, Role.ACCOUNT_OWNER}:
        others = RoleAssignment.objects.filter(role=wish.role, scope_key=wish.scope.id)
    others.exclude(person=asker).delete()
    try:
        grant(office, asker, wish)
    except gate.Refused:
        return "refused"
    except gate.NotFound:
        return "not found"
    except UnableToGive:
        return "given"  # allowed; there is one holder at most, and the asker is it
    return "given"


def test_a_role_is_given_with_both_times_and_a_note(here: Office) -> None:
    """One revision, valid from today, and who asked for it; the same again records nothing."""
    owner = person(OWNER, PROFILE)
    assert grant(here, owner, Wish(PROFILE, READER, " New@Nordlys.Example "))
    row = RoleAssignment.objects.get(person__email=NEW)
    assert (row.valid_from, row.valid_to, row.superseded_in) == (DAY, None, None)
    assert row.recorded_in == Revision.objects.latest("number")
    noted = AuditEntry.objects.get(action="role.grant", outcome="done")
    assert (noted.who, noted.scope_key) == (str(owner.pk), PROFILE.id)
    assert str(row.person_id) in noted.facts
    assert NEW not in noted.facts
    assert not grant(here, owner, Wish(PROFILE, READER, NEW))
    assert Revision.objects.latest("number") == row.recorded_in


def test_a_role_is_taken_away_and_stays_on_record(here: Office) -> None:
    """It ends today; what was believed before is kept."""
    owner, olle = person(OWNER, PROFILE), person(READER, PROFILE, "olle")
    withdraw(here, owner, Wish(PROFILE, READER, olle.email))
    assert held(olle.email) == {}
    believed = RoleAssignment.objects.filter(person=olle, superseded_in=None).values_list("valid_from", "valid_to")
    assert list(believed) == [(date(2016, 1, 1), DAY)]
    assert AuditEntry.objects.get(action="role.withdraw").who == str(owner.pk)
    with pytest.raises(UnableToGive, match="does not hold the role “Billing profile reader”"):
        withdraw(here, owner, Wish(PROFILE, READER, olle.email))


def test_an_address_the_office_does_not_know_becomes_a_person_who_cannot_sign_in(here: Office) -> None:
    """In the directory from which the role works; nothing in the answer tells the two apart."""
    bound = scope_of("bound", "mca", "account")
    grant(here, None, Wish(bound, Role.BILLING_ACCOUNT_READER, NEW))
    made = Person.objects.get(email=NEW)
    assert (made.directory, made.name, made.is_active, made.has_usable_password()) == ("tenant-b", "", True, False)
    assert gate.is_allowed(made, bound, gate.Action.SEE_INVOICES)


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b", "x" * 300 + "@example.com", "a b@example.com", "a@example.com\x00", "1@erased.invalid"],
)
def test_what_is_no_address_is_refused(here: Office, address: str) -> None:
    """And nobody is made."""
    people = Person.objects.count()
    with pytest.raises(UnableToGive, match="no e-mail address"):
        grant(here, None, Wish(PROFILE, READER, address))
    assert Person.objects.count() == people


def test_a_former_address_means_somebody_to_the_operator_alone(here: Office) -> None:
    """In the portal it would tell the new one, and may be somebody else's by now."""
    olle, owner = person(name="olle"), person(OWNER, PROFILE)
    FormerAddress.objects.create(person=olle, address="old@example.com", left_at=here.now())
    grant(here, None, Wish(PROFILE, READER, "old@example.com"))
    assert held(olle.email) == {PROFILE: {READER}}
    withdraw(here, None, Wish(PROFILE, READER, "old@example.com"))
    assert held(olle.email) == {}
    grant(here, owner, Wish(PROFILE, READER, "old@example.com"))
    assert held(olle.email) == {}
    assert held("old@example.com") == {PROFILE: {READER}}


def test_an_inherited_right_cannot_be_taken_away_below(here: Office) -> None:
    """The answer says where it can; to someone who may not see there, only that nothing is held here."""
    owner, reader = person(Role.BILLING_ACCOUNT_OWNER, ACCOUNT), person(Role.BILLING_ACCOUNT_READER, ACCOUNT, "olle")
    wish = Wish(PROFILE, Role.BILLING_ACCOUNT_READER, reader.email)
    with pytest.raises(UnableToGive, match="is no role that is held on own-mca-profile"):
        withdraw(here, owner, wish)
    group = scope_of("own", "mca", "group")
    on_group = person(Role.OWNER, group, "gina")
    give(reader, Role.READER, group)
    with pytest.raises(UnableToGive, match="on own-mca-group, from where it reaches own-mca-subscription"):
        withdraw(here, on_group, Wish(scope_of("own", "mca", "subscription"), Role.READER, reader.email))
    assert held(reader.email)[group] == {Role.READER}


def test_the_last_owner_stays(here: Office) -> None:
    """Also if others who hold the role may not sign in, or are a group without anybody."""
    owner = person(Role.BILLING_ACCOUNT_OWNER, ACCOUNT)
    closed = person(Role.BILLING_ACCOUNT_OWNER, ACCOUNT, "closed")
    Person.objects.filter(pk=closed.pk).update(is_active=False)
    empty = Group.objects.create(key="empty", name="Empty")
    RoleAssignment.objects.create(
        group=empty, role=Role.BILLING_ACCOUNT_OWNER, scope_kind=ACCOUNT.kind, scope_key=ACCOUNT.id,
        valid_from=DAY, recorded_in=Revision.objects.latest("number"),
    )  # fmt: skip
    with pytest.raises(UnableToGive, match="The last owner of own-mca-account cannot be removed"):
        withdraw(here, owner, Wish(ACCOUNT, Role.BILLING_ACCOUNT_OWNER, owner.email))
    empty.members.add(person(name="member"))
    withdraw(here, owner, Wish(ACCOUNT, Role.BILLING_ACCOUNT_OWNER, owner.email))
    assert held(owner.email) == {}


def test_groups_and_programs_are_given_roles_where_one_may_know_of_them(here: Office) -> None:
    """One that somebody else uses and one that never existed get the same answer."""
    owner = person(Role.BILLING_ACCOUNT_OWNER, ACCOUNT)
    mine, theirs = (Group.objects.create(key=key, name=key) for key in ("mine", "theirs"))
    grant(here, None, Wish(ACCOUNT, Role.BILLING_ACCOUNT_READER, group="mine"))
    grant(here, None, Wish(scope_of("other", "mca", "account"), Role.BILLING_ACCOUNT_READER, group="theirs"))
    assert grant(here, owner, Wish(PROFILE, READER, group="mine"))
    said = []
    for key in ("theirs", "nothing", "<b>", "x" * 500):
        with pytest.raises(UnableToGive) as raised:
            grant(here, owner, Wish(PROFILE, READER, group=key))
        said.append(str(raised.value.phrase).replace(key, "…"))
    assert len(set(said)) == 1
    theirs.members.add(owner)
    assert grant(here, owner, Wish(PROFILE, READER, group="theirs"))
    withdraw(here, owner, Wish(PROFILE, READER, group="mine"))
    assert mine.role_assignments.filter(superseded_in=None, valid_to=None).count() == 1


def test_some_roles_have_one_holder_and_some_are_not_for_everybody(here: Office) -> None:
    """Service Administrator, account owner, purchaser."""
    administrator = person(Role.ACCOUNT_ADMINISTRATOR, scope_of("own", "mosp", "account"))
    assert grant(here, administrator, Wish(LAB, Role.SERVICE_ADMINISTRATOR, NEW))
    with pytest.raises(UnableToGive, match="has its Service Administrator already"):
        grant(here, administrator, Wish(LAB, Role.SERVICE_ADMINISTRATOR, "other@nordlys.example"))
    enterprise = person(Role.ENTERPRISE_ADMINISTRATOR, scope_of("own", "ea", "account"), "eva")
    owned = scope_of("own", "ea", "owner")
    Group.objects.create(key="office", name="Office").members.add(enterprise)
    with pytest.raises(UnableToGive, match="a group cannot hold it"):
        grant(here, enterprise, Wish(owned, Role.ACCOUNT_OWNER, group="office"))
    with pytest.raises(UnableToGive, match="no service principal that you could give"):
        grant(here, enterprise, Wish(scope_of("own", "ea", "account"), Role.ENTERPRISE_PURCHASER, NEW))
    assert grant(here, enterprise, Wish(owned, Role.ACCOUNT_OWNER, NEW))
    with pytest.raises(UnableToGive, match="a person owns one enrollment account"):
        grant(here, None, Wish(scope_of("other", "ea", "owner"), Role.ACCOUNT_OWNER, NEW))


def test_refusals_are_noted_and_change_nothing(here: Office) -> None:
    """For a thing of others nothing is told."""
    reader = person(READER, PROFILE)
    with pytest.raises(gate.Refused) as refused:
        grant(here, reader, Wish(PROFILE, OWNER, reader.email))
    assert refused.value.refusal.helpful_role is OWNER
    for scope in (scope_of("other", "mca", "profile"), Scope(PROFILE.kind, "nothing"), Scope(PROFILE.kind, "a\x00b")):
        with pytest.raises(gate.NotFound):
            grant(here, reader, Wish(scope, READER, reader.email))
        with pytest.raises(gate.NotFound):
            withdraw(here, reader, Wish(scope, READER, reader.email))
    outcomes = AuditEntry.objects.order_by("number").values_list("action", "outcome")
    assert list(outcomes[:2]) == [("role.grant", "refused"), ("role.grant", "not-found")]
    assert held(reader.email) == {PROFILE: {READER}}


def test_so_many_roles_a_day(here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody fills the office with people; the operator may."""
    assert GRANTS_A_DAY == 200
    monkeypatch.setattr("kvitto.runs.give_role.GRANTS_A_DAY", 2)
    owner = person(OWNER, PROFILE)
    for number in range(2):
        grant(here, owner, Wish(PROFILE, READER, f"{number}@example.com"))
    with pytest.raises(UnableToGive, match="You gave 2 roles today"):
        grant(here, owner, Wish(PROFILE, READER, "2@example.com"))
    assert grant(here, None, Wish(PROFILE, READER, "2@example.com"))


def test_the_agreements_file_names_all_roles_of_its_things(office: MakeOffice, tmp_path: Path) -> None:
    """Its plan shows what was given here as about to be withdrawn; an export holds it, and then nothing changes."""
    made = office(clock=date(2024, 3, 1))
    path = written(tmp_path, EXAMPLE)
    apply(made, path)
    utrecht = Scope(PROFILE.kind, "utrecht")
    grant(made, None, Wish(utrecht, READER, NEW))
    exported = tmp_path / "exported.toml"
    exported.write_text(export(made).text, encoding="utf-8")
    assert NEW in exported.read_text("utf-8")
    assert not plan_for(made, exported).changes_anything
    plan = plan_for(made, path)
    assert [(role.person, role.scope) for role in plan.roles_withdrawn] == [(NEW, utrecht)]
    assert any(NEW in str(sentence) for sentence in plan_sentences(plan))
    apply(made, path)
    assert held(NEW) == {}
