"""Requests for a copy: the same answer whatever exists, those who can help are asked, and only they decide."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kvitto.access.policies import Policy
from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import Scope
from kvitto.records import gate
from kvitto.records.copy_requests import answering, open_requests_for, was_erased
from kvitto.records.held_roles import roles_of
from kvitto.records.models import AuditEntry, CopyRequest, Person
from kvitto.records.policies import policies_on
from kvitto.runs.copy_requests import (
    REQUESTS_A_DAY,
    UnableToAnswer,
    UnableToAsk,
    ask,
    decline,
    grant,
    own_request,
    request_to_answer,
    take_back,
    waiting_for,
)
from kvitto.runs.erase_person import erase_person
from kvitto.runs.give_role import Wish
from kvitto.runs.give_role import withdraw as take_role
from kvitto.runs.office import Office
from tests.every_agreement import build, give, invoice, let, scope_of

MakeOffice = Callable[..., Office]
pytestmark = pytest.mark.django_db
DAY = date(2017, 3, 20)
PROFILE, ACCOUNT = scope_of("own", "mca", "profile"), scope_of("own", "mca", "account")
LAB, NORDLYS = scope_of("own", "mosp", "subscription"), scope_of("own", "mosp", "account")


@pytest.fixture
def here(office: MakeOffice) -> Office:
    """Customers under every agreement, with an invoice each."""
    build({"own": "", "other": ""})
    for agreement in ("mosp", "mca", "ea", "mpa"):
        invoice(f"K-{agreement}", "own", agreement, date(2017, 1, 1))
    invoice("K-old", "own", "mosp", date(2016, 11, 1))
    return office(clock=DAY)


def person(name: str, role: Role | None = None, scope: Scope | None = None) -> Person:
    """Somebody, with this role on this scope."""
    found = Person.objects.create_user(f"{name}@example.com", name=name.title())
    if role and scope:
        give(found, role, scope)
    return found


@pytest.fixture
def vera(here: Office) -> Person:
    """Somebody without any role."""
    return person("vera")


def test_nothing_tells_what_exists(here: Office, vera: Person) -> None:
    """A request is kept whatever was typed; what it reaches is not the asker's to see."""
    owner = person("olga", Role.BILLING_PROFILE_OWNER, PROFILE)
    made = [
        ask(here, vera, wanted) for wanted in ("K-mca", "own-mca-subscription", "K-nothing", "’; --", "own-mca-group")
    ]
    assert [one.state for one in made] == ["open"] * 5
    assert [one.scope_key for one in made] == [PROFILE.id, PROFILE.id, "", "", ""]
    assert waiting_for(owner) == 2
    assert waiting_for(vera) == 0


@pytest.mark.parametrize(
    ("wanted", "message", "said"),
    [
        ("", "", "Write the number"), ("  ", "", "Write the number"), ("x" * 101, "", "A number or an id has"),
        ("a\nb", "", "A number or an id has"), ("a\0", "", "A number or an id has"),
        ("K-mca", "y" * 501, "at most 500"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(here: Office, vera: Person, wanted: str, message: str, said: str) -> None:
    """Only what was typed decides."""
    with pytest.raises(UnableToAsk, match=said):
        ask(here, vera, wanted, message)
    assert not CopyRequest.objects.exists()


def test_so_many_a_day_and_none_twice(here: Office, vera: Person, office: MakeOffice) -> None:
    """The same open question is the same request; what does not exist counts like what does."""
    assert ask(here, vera, "K-mca") == ask(here, vera, " K-mca ")
    for number in range(REQUESTS_A_DAY - 1):
        ask(here, vera, f"nothing-{number}")
    for wanted in ("K-mosp", "nothing-else"):
        with pytest.raises(UnableToAsk, match=r"You asked 10 times today\. You can ask again from 21 March 2017"):
            ask(here, vera, wanted)
    ask(here, vera, "K-mca")
    ask(office(clock=DAY + timedelta(days=1)), vera, "K-mosp")
    assert CopyRequest.objects.count() == REQUESTS_A_DAY + 1


@pytest.mark.parametrize(
    ("wanted", "answerer", "scope", "least", "opens"),
    [
        ("K-mca", Role.BILLING_PROFILE_OWNER, PROFILE, Role.BILLING_PROFILE_READER, True),
        ("K-mca", Role.BILLING_ACCOUNT_OWNER, ACCOUNT, Role.BILLING_PROFILE_READER, True),
        ("own-mca-section", Role.BILLING_PROFILE_OWNER, PROFILE, Role.BILLING_PROFILE_READER, True),
        ("K-ea", Role.ENTERPRISE_ADMINISTRATOR, scope_of("own", "ea", "account"), Role.ENTERPRISE_ADMINISTRATOR, True),
        ("K-mpa", Role.GLOBAL_ADMINISTRATOR, scope_of("own", "mpa", "account"), Role.ADMIN_AGENT, True),
        ("K-mosp", Role.ACCOUNT_ADMINISTRATOR, NORDLYS, Role.BILLING_READER, True),
        ("K-mosp", Role.OWNER, LAB, Role.BILLING_READER, False),
    ],
)
def test_granting_the_least_role_opens_the_invoices(
    here: Office,
    vera: Person,
    wanted: str,
    answerer: Role,
    scope: Scope,
    least: Role,
    opens: bool,  # noqa: FBT001
) -> None:
    """Of a subscription bought online with the switch besides, which is the Account Administrator's alone."""
    asked, helper = ask(here, vera, wanted), person("helper", answerer, scope)
    assert waiting_for(helper) == 1
    _, can = request_to_answer(helper, asked.pk)
    assert can.roles[0].role is least
    grant(here, helper, asked.pk, least, switch_on=True, words="Here you are.")
    done = own_request(vera, asked.pk)
    assert (done.state, done.role, done.answer, done.decided_by) == ("granted", least, "Here you are.", helper)
    number = wanted if wanted.startswith("K-") else "K-mca"
    if opens:
        assert gate.invoice_for(vera, number, gate.Action.DOWNLOAD_INVOICE).number == number
    else:
        with pytest.raises(gate.Refused) as refused:
            gate.invoice_for(vera, number, gate.Action.DOWNLOAD_INVOICE)
        assert refused.value.refusal.policy is Policy.INVOICES_SHARED
    assert waiting_for(helper) == 0
    noted = [
        (one.action, one.who)
        for one in AuditEntry.objects.filter(action__in=("role.grant", "copy.grant")).order_by("number")
    ]
    assert noted == [("role.grant", str(helper.pk)), ("copy.grant", str(helper.pk))]


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        (Role.BILLING_PROFILE_READER, PROFILE), (Role.BILLING_PROFILE_CONTRIBUTOR, PROFILE),
        (Role.INVOICE_SECTION_OWNER, scope_of("own", "mca", "section")),
        (Role.OWNER, scope_of("own", "mca", "subscription")),
        (Role.BILLING_PROFILE_OWNER, scope_of("other", "mca", "profile")), (Role.GLOBAL_ADMINISTRATOR, ACCOUNT),
    ],
)  # fmt: skip
def test_nobody_else_is_asked(here: Office, vera: Person, role: Role, scope: Scope) -> None:
    """Who cannot give the role neither counts, nor sees, nor decides the request."""
    asked, other = ask(here, vera, "K-mca"), person("other", role, scope)
    assert waiting_for(other) == 0
    attempts: tuple[Callable[[], object], ...] = (
        lambda: request_to_answer(other, asked.pk),
        lambda: grant(here, other, asked.pk, Role.BILLING_PROFILE_READER),
        lambda: decline(here, other, asked.pk),
        lambda: take_back(here, other, asked.pk),
        lambda: own_request(other, asked.pk),
    )
    for attempt in attempts:
        with pytest.raises(gate.NotFound):
            attempt()
    assert CopyRequest.objects.get().state == "open"


def test_declined_with_words_and_taken_back(here: Office, vera: Person) -> None:
    """A decided request stays as it was decided, whoever comes later; a taken back one may be asked again."""
    owner = person("olga", Role.BILLING_PROFILE_OWNER, PROFILE)
    asked = ask(here, vera, "K-mca")
    decline(here, owner, asked.pk, " Ask your manager. ")
    assert own_request(vera, asked.pk).answer == "Ask your manager."
    assert take_back(here, vera, asked.pk).state == "declined"
    with pytest.raises(UnableToAnswer, match="was declined meanwhile"):
        decline(here, owner, asked.pk)
    with pytest.raises(UnableToAnswer, match="was declined meanwhile"):
        grant(here, owner, asked.pk, Role.BILLING_PROFILE_READER)
    again = ask(here, vera, "K-mca")
    assert again.pk != asked.pk
    assert take_back(here, vera, again.pk).state == "withdrawn"
    with pytest.raises(UnableToAnswer, match="was withdrawn meanwhile"):
        grant(here, owner, again.pk, Role.BILLING_PROFILE_READER)
    assert dict(roles_of(vera)) == {}


def test_what_cannot_be_granted_changes_nothing(here: Office, vera: Person) -> None:
    """A role of elsewhere, none at all, or too many words: all or nothing."""
    owner = person("olga", Role.BILLING_PROFILE_OWNER, PROFILE)
    asked = ask(here, vera, "K-mca")
    for role, words in (
        (Role.BILLING_ACCOUNT_OWNER, ""), (Role.INVOICE_SECTION_READER, ""), (None, ""),
        (Role.BILLING_PROFILE_READER, "x" * 501), (Role.BILLING_PROFILE_READER, "\0"),
    ):  # fmt: skip
        with pytest.raises(UnableToAnswer):
            grant(here, owner, asked.pk, role, words=words)
    assert dict(roles_of(vera)) == {}
    assert CopyRequest.objects.get().state == "open"


def test_whose_right_is_gone_decides_no_more(here: Office, vera: Person) -> None:
    """The page may have been open since before."""
    owner, other = (person(name, Role.BILLING_PROFILE_OWNER, PROFILE) for name in ("olga", "otto"))
    asked = ask(here, vera, "K-mca")
    take_role(here, other, Wish(PROFILE, Role.BILLING_PROFILE_OWNER, owner.email))
    with pytest.raises(gate.NotFound):
        grant(here, owner, asked.pk, Role.BILLING_PROFILE_READER)


def test_who_may_see_it_already_needs_no_role(here: Office, vera: Person) -> None:
    """The request is closed without giving anything."""
    owner = person("olga", Role.BILLING_PROFILE_OWNER, PROFILE)
    asked = ask(here, vera, "K-mca")
    give(vera, Role.INVOICE_MANAGER, PROFILE)
    assert request_to_answer(owner, asked.pk)[1].is_open
    assert grant(here, owner, asked.pk, None).state == "granted"
    assert dict(roles_of(vera)) == {PROFILE: {Role.INVOICE_MANAGER}}


def test_what_is_open_is_not_asked_for(here: Office) -> None:
    """The asker is told, as they know it anyway; an old invoice stays to be asked for."""
    owner = person("olga", Role.BILLING_PROFILE_OWNER, PROFILE)
    for wanted in ("K-mca", "own-mca-profile", "own-mca-subscription"):
        with pytest.raises(UnableToAsk, match="is open to you already"):
            ask(here, owner, wanted)
    let(LAB, Policy.INVOICES_SHARED, "on")
    reader = person("erik", Role.READER, LAB)
    assert ask(here, reader, "K-old").scope_key == LAB.id
    with pytest.raises(UnableToAsk, match="is open to you already"):
        ask(here, reader, "K-mosp")


def test_a_reader_lacks_the_switch_alone(here: Office) -> None:
    """The Account Administrator turns it; an Owner cannot, and gives nothing by mistake."""
    erik = person("erik", Role.READER, LAB)
    asked = ask(here, erik, "K-mosp")
    administrator = person("astrid", Role.ACCOUNT_ADMINISTRATOR, NORDLYS)
    owner = person("olga", Role.OWNER, LAB)
    can = answering(owner, asked)
    assert can
    assert (can.has_role, can.needs_switch, can.may_switch) == (True, True, False)
    with pytest.raises(UnableToAnswer, match="Choose a role"):
        grant(here, owner, asked.pk, None, switch_on=False)
    grant(here, administrator, asked.pk, None, switch_on=True)
    assert policies_on([LAB])[LAB] == {Policy.INVOICES_SHARED: "on"}
    assert dict(roles_of(erik)) == {LAB: {Role.READER}}


def test_an_old_invoice_is_opened_by_no_role(here: Office, vera: Person) -> None:
    """Periods before December 2016 stay the Account Administrator's; they send a copy, or decline."""
    administrator = person("astrid", Role.ACCOUNT_ADMINISTRATOR, NORDLYS)
    let(LAB, Policy.INVOICES_SHARED, "on")
    can = answering(administrator, ask(here, vera, "K-old"))
    assert can
    assert can.roles == ()


def test_an_invoice_of_an_earlier_owner_is_theirs_to_share(here: Office, vera: Person) -> None:
    """The subscription is somebody else's by now, who learns nothing of what is asked about the time before."""
    before = person("erna", Role.ACCOUNT_ADMINISTRATOR, scope_of("other", "mosp", "account"))
    now = person("olga", Role.ACCOUNT_ADMINISTRATOR, NORDLYS)
    invoice("K-before", "own", "mosp", date(2017, 2, 1), account="other-mosp-account")
    asked, of_now = ask(here, vera, "K-before"), ask(here, vera, "K-mosp")
    assert (list(open_requests_for(before)), list(open_requests_for(now))) == ([asked], [of_now])
    with pytest.raises(gate.NotFound):
        request_to_answer(now, asked.pk)
    assert decline(here, before, asked.pk).state == "declined"


def test_an_erased_asker_takes_the_requests_along(here: Office, vera: Person) -> None:
    """Nobody is left to be answered; and who decided is forgotten when they are erased."""
    owner, otto = (person(name, Role.BILLING_PROFILE_OWNER, PROFILE) for name in ("olga", "otto"))
    erik = person("erik")
    ask(here, vera, "K-mca", "for my tax return")
    decline(here, owner, ask(here, erik, "K-mca").pk)
    erase_person(here, vera.email)
    vera.refresh_from_db()
    assert was_erased(vera)
    assert waiting_for(otto) == 0
    erase_person(here, owner.email)
    assert CopyRequest.objects.get().decided_by is None


def test_more_requests_ask_no_more_questions(here: Office) -> None:
    """For the count in the frame, whether one waits or fifty."""
    owner = person("olga", Role.BILLING_PROFILE_OWNER, PROFILE)
    stranger, counts = person("sven"), []
    for number in (4, 48):
        for each in range(number):
            ask(here, person(f"asker-{number}-{each}"), ("K-mca", "K-mosp", "K-ea", "nothing")[each % 4])
        with CaptureQueriesContext(connection) as asked:
            waiting_for(owner)
        counts.append(len(asked))
        with CaptureQueriesContext(connection) as asked:
            assert waiting_for(stranger) == 0
        assert len(asked) <= 2
    assert counts[1] <= counts[0] <= 15
    assert [one.scope_key for one in open_requests_for(owner)[:1]] == [PROFILE.id]
