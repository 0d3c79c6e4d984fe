"""`kvitto access`, as an operator and as a script use it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from click.testing import CliRunner, Result

from kvitto.access.policies import Policy
from kvitto.access.roles import Role
from kvitto.cli.access import access
from kvitto.records.models import AuditEntry, Group, Person, Revision, RoleAssignment
from kvitto.runs.office import Office
from tests.every_agreement import START, build, give, invoice, let, scope_of

MakeOffice = Callable[..., Office]
Run = Callable[..., Result]
pytestmark = pytest.mark.django_db

LAB = "own-mosp-subscription"
ASTRID, ERIK, OLLE, SASKIA, VERA = (
    f"{name}@example.com" for name in ("astrid", "erik", "olle", "saskia", "vera")
)  # fmt: skip


@pytest.fixture
def run(office: MakeOffice, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the test's database: an online subscription with its people, and other agreements."""
    made = office(clock=date(2017, 3, 20))
    import kvitto.cli.office as door

    monkeypatch.setattr(door, "open_office", lambda _home: made)
    monkeypatch.setattr(door, "check_ready", lambda _office: None)
    build({"own": "", "bound": "tenant-b"})
    for email, role, scope in (
        (ASTRID, Role.ACCOUNT_ADMINISTRATOR, scope_of("own", "mosp", "account")),
        (ERIK, Role.READER, scope_of("own", "mosp", "subscription")),
        (OLLE, Role.COST_MANAGEMENT_READER, scope_of("own", "mosp", "group")),
        (SASKIA, Role.GLOBAL_ADMINISTRATOR, scope_of("own", "mca", "account")),
    ):
        give(Person.objects.create_user(email, name=email.split("@")[0].title()), role, scope)
    Person.objects.create_user(VERA, name="Vera")
    invoice("K-1", "own", "mosp", date(2017, 1, 1))
    invoice("K-2", "own", "mosp", date(2016, 11, 1))
    return lambda *arguments: CliRunner().invoke(access, list(arguments), catch_exceptions=False)


def test_who_can_see_an_invoice_and_why(run: Run) -> None:
    """While others may not download it, and once they may: the role, where it is held, the group, the policy."""
    group = Group.objects.create(key="finance", name="Finance")
    group.members.add(Person.objects.get(email=VERA))
    RoleAssignment.objects.create(
        group=group, role=Role.BILLING_READER, scope_kind="subscription", scope_key=LAB, valid_from=START,
        recorded_in=Revision.objects.latest("number"),
    )  # fmt: skip
    before = json.loads(run("who", "K-1", "--json").output)
    assert {one["email"]: one["may"] for one in before} == {
        ASTRID: ["see-invoices", "download-invoice"],
        ERIK: ["see-invoices"],
        VERA: ["see-invoices"],
    }
    let(scope_of("own", "mosp", "subscription"), Policy.INVOICES_SHARED, "on")
    after = {one["email"]: one for one in json.loads(run("who", "K-1", "--json").output)}
    assert after[VERA]["may"] == ["see-invoices", "download-invoice"]
    assert after[VERA]["why"][1] == {
        "role": "billing-reader", "scope_kind": "subscription", "scope": LAB, "group": "Finance",
        "policy": "allow-others-to-download-invoice", "directory": None,
    }  # fmt: skip
    said = run("who", "K-1").output
    assert "Account Administrator on own-mosp-account" in said
    assert "through the group Finance" in said
    assert "by the policy “Allow others to download invoice”" in said
    assert OLLE not in said


def test_who_can_see_a_scope(run: Run) -> None:
    """Also by its kind, where several things have the id; roles on a management group count."""
    for name in (LAB, f"subscription:{LAB}"):
        found = {one["email"]: one["may"] for one in json.loads(run("who", name, "--json").output)}
        assert found[OLLE] == ["see-subscription", "see-charges"]
    assert run("who", "bound-mosp-subscription").output == "Nobody can see bound-mosp-subscription.\n"


@pytest.mark.parametrize(
    ("email", "target", "reason", "sentence"),
    [
        (ASTRID, "K-2", None, "may see and download this"),
        (ERIK, "K-1", "N7", "Ask Astrid (Account Administrator)."),
        (ERIK, "K-2", "N9", "Invoices of periods before December 2016 open to the Account Administrator only."),
        (OLLE, LAB, "N7", "The role “Billing Reader” would allow it; Astrid can give it."),
        (VERA, "K-1", "N10", "vera@example.com holds no role on this or on anything above it."),
        (ERIK, "own-mca-profile", "N10", "holds no role on this"),
    ],
)
def test_why_somebody_can_or_cannot_see(run: Run, email: str, target: str, reason: str | None, sentence: str) -> None:
    """The reason by its number, the sentence, and whom to ask."""
    told = json.loads(run("why", email, target, "--json").output)
    assert told["reason"] == reason
    assert sentence in " ".join(told["sentences"])
    assert sentence in run("why", email, target).output


@pytest.mark.parametrize(
    ("role", "scope", "reason"),
    [
        (Role.INVOICE_SECTION_OWNER, scope_of("own", "mca", "section"), "N8"),
        (Role.ACCOUNT_OWNER, scope_of("own", "ea", "owner"), "N13"),
        (Role.OWNER, scope_of("own", "mpa", "subscription"), "N15"),
        (Role.BILLING_PROFILE_OWNER, scope_of("bound", "mca", "profile"), "N12"),
    ],
)
def test_why_under_other_agreements(run: Run, role: Role, scope: object, reason: str) -> None:
    """A role below the invoice, an enrollment, a purchase through a partner, another directory."""
    give(Person.objects.get(email=VERA), role, scope)  # type: ignore[arg-type]
    agreement = scope.id  # type: ignore[attr-defined]
    told = json.loads(run("why", VERA, agreement, "--json").output)
    assert told["reason"] == reason, told


def test_a_directory_that_one_may_switch_to_is_named(run: Run) -> None:
    """To see it one must switch; the list of viewers says so too."""
    vera = Person.objects.get(email=VERA)
    give(vera, Role.BILLING_PROFILE_OWNER, scope_of("bound", "mca", "profile"))
    assert "Switch to tenant-b." in run("why", VERA, "bound-mca-profile").output
    assert run("who", "bound-mca-profile").output.startswith("Nobody")
    vera.directories = ["tenant-b"]
    vera.save()
    assert "from the directory tenant-b" in run("who", "bound-mca-profile").output


def test_a_policy_is_set_by_those_who_may(run: Run) -> None:
    """As a person by the decision, without a person by the operator."""
    refused = run("set", "allow-others-to-download-invoice", LAB, "on", "--as", ERIK)
    assert refused.exit_code == 1
    assert "Ask Astrid (Account Administrator)." in refused.output
    done = run("set", "allow-others-to-download-invoice", LAB, "on", "--as", ASTRID)
    assert done.output == f"Allow others to download invoice of {LAB} is now on.\n"
    again = run("set", "allow-others-to-download-invoice", LAB, "on")
    assert again.output == f"Allow others to download invoice of {LAB} is on already.\n"
    assert run("set", "allow-everything", LAB, "on").exit_code == 1
    assert run("set", "allow-others-to-download-invoice", "nothing", "on").exit_code == 1
    noted = AuditEntry.objects.filter(action="policy.set").order_by("number")
    assert [(entry.outcome, entry.door) for entry in noted] == [("refused", "command"), ("done", "command")]


def test_a_global_administrator_elevates(run: Run) -> None:
    """To owner of the billing account; nobody else does, and not twice."""
    assert run("elevate", VERA, "own-mca-account").exit_code == 1
    assert run("elevate", ASTRID, "own-mosp-account").exit_code == 1
    noted = AuditEntry.objects.filter(action="role.elevate", door="command").order_by("number")
    people = Person.objects.in_bulk([VERA, ASTRID], field_name="email")
    assert list(noted.values_list("outcome", "who", "scope_key")) == [
        ("not-found", str(people[VERA].id), "own-mca-account"),
        ("refused", str(people[ASTRID].id), "own-mosp-account"),
    ]
    assert json.loads(run("why", SASKIA, "own-mca-profile", "--json").output)["reason"] == "N8"
    assert run("elevate", SASKIA, "own-mca-account").output == (
        "saskia@example.com is now a billing account owner of own-mca-account.\n"
    )
    assert json.loads(run("why", SASKIA, "own-mca-profile", "--json").output)["reason"] is None
    again = run("elevate", SASKIA, "own-mca-account")
    assert again.exit_code == 1
    assert "is an owner of own-mca-account already" in again.output


def test_what_is_not_there_is_said(run: Run) -> None:
    """To the operator, who may know."""
    assert "There is no invoice and no scope called K-9." in run("who", "K-9").output
    assert "There is nobody with the address x@y.example." in run("why", "x@y.example", "K-1").output


def test_a_role_is_given_and_taken_away(run: Run) -> None:
    """By the operator, or as a person who may; to an address or to a group."""
    given = run("grant", "billing-reader", LAB, VERA)
    assert given.output.startswith(f"{VERA} has the role “Billing Reader” on {LAB} now.\n")
    assert "kvitto people invite" in given.output
    assert (
        run("grant", "billing-reader", LAB, VERA).output == f"{VERA} has the role “Billing Reader” on {LAB} already.\n"
    )
    taken = run("withdraw", "billing-reader", LAB, VERA, "--as", ASTRID)
    assert taken.output == f"{VERA} no longer has the role “Billing Reader” on {LAB}.\n"
    Group.objects.create(key="finance", name="Finance")
    assert run("grant", "reader", LAB, "finance").exit_code == 0
    assert RoleAssignment.objects.filter(group="finance", superseded_in=None).exists()
    notes = AuditEntry.objects.filter(action__in=("role.grant", "role.withdraw"), outcome="done").order_by("number")
    astrid = str(Person.objects.get(email=ASTRID).pk)
    assert [(one.action, one.who, one.door) for one in notes] == [
        ("role.grant", "", "command"), ("role.withdraw", astrid, "command"), ("role.grant", "", "command"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("grant", "king", LAB, VERA), "There is no role king."),
        (("grant", "reader", "nothing", VERA), "nothing"),
        (("grant", "reader", LAB, VERA, "--as", ERIK), "Your roles here do not allow that."),
        (("grant", "reader", LAB, "no@address@at.all", "--as", ASTRID), "no e-mail address"),
        (("withdraw", "reader", LAB, VERA), f"{VERA} does not hold the role “Reader”"),
        (("grant", "billing-profile-reader", "other-mca-profile", VERA), "other-mca-profile"),
    ],
)
def test_a_role_that_cannot_be_given(run: Run, arguments: tuple[str, ...], said: str) -> None:
    """The sentence that a page says, too; nothing is recorded."""
    before = RoleAssignment.objects.count()
    failed = run(*arguments)
    assert failed.exit_code != 0
    assert said in failed.output + failed.stderr
    assert RoleAssignment.objects.count() == before
