"""*Access control*: who sees it, what it shows, and giving and taking away by forms."""

from __future__ import annotations

import random
from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import Scope
from kvitto.records.models import AuditEntry, Group, Person, Revision, RoleAssignment
from kvitto.runs.office import Office
from tests.access.roles_by_the_book import COUNTING, HELD_ON, NAMES, REACHED_FROM, may
from tests.every_agreement import KINDS, PARTS, give, scope_of
from tests.portal.access.cast import page, person, signed_in

pytestmark = pytest.mark.django_db

BOOK_OF = {"mosp": "MOSP", "mca": "MCA", "ea": "EA", "mpa": "MPA"}
SEEN_BY = {  # which row of roles.md says who sees who holds roles
    ("MOSP", "billing_account"): "give-subscription-roles",
    ("MCA", "billing_account"): "see-account-roles",
    ("MCA", "billing_profile"): "see-profile-roles",
    ("MCA", "invoice_section"): "see-section-roles",
    ("EA", "billing_account"): "see-account-roles",
    ("EA", "department"): "see-department-roles",
    ("EA", "enrollment_account"): "see-enrollment-accounts",
    **dict.fromkeys(
        (("MPA", level) for level in ("billing_account", "billing_profile", "customer")), "manage-customers"
    ),
    **dict.fromkeys(((book, "subscription") for book in BOOK_OF.values()), "give-subscription-roles"),
}
GIVEN_BY = {
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
PROFILE, ACCOUNT = scope_of("own", "mca", "profile"), scope_of("own", "mca", "account")
SECTION = scope_of("own", "mca", "section")
READER, OWNER = Role.BILLING_PROFILE_READER, Role.BILLING_PROFILE_OWNER
NEW = "new@nordlys.example"


def text(client: Client, address: str) -> str:
    """The page."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


@pytest.mark.parametrize("agreement", BOOK_OF)
def test_who_opens_which_page(here: Office, agreement: str) -> None:
    """Each role at the list and at the form to add, of each part of the agreement, by the book."""
    book, wrong = BOOK_OF[agreement], []
    parts = {kind.value: part for part, kind in KINDS.items()}
    for number, column in enumerate(COUNTING[book]):
        scope_held = scope_of("own", agreement, parts[HELD_ON[column]])
        client = signed_in(person(NAMES[column], scope_held, f"p{number}"))
        for part in PARTS[agreement]:
            scope = scope_of("own", agreement, part)
            level = scope.kind.value
            if HELD_ON[column] not in REACHED_FROM[book][level].split():
                sees = adds = 404
            else:
                on = frozenset("i")
                sees = 200 if may(book, SEEN_BY[book, level], column, on) else 403
                gives = (book, level) in GIVEN_BY and may(book, GIVEN_BY[book, level], column, on)
                adds = 200 if gives else 403 if (book, level) in GIVEN_BY or sees == 403 else 404
                if column == "GA" and book == "MCA" and part == "account":
                    sees = 302  # to becoming an owner
            found = client.get(page(scope)).status_code, client.get(page(scope, "access/add/")).status_code
            wrong += [(column, part, found, (sees, adds))] if found != (sees, adds) else []
    assert wrong == []


@pytest.mark.parametrize("agreement", BOOK_OF)
def test_things_of_others_have_no_such_page(here: Office, agreement: str) -> None:
    """Nor the form, nor the question before removing."""
    client = signed_in(person(Role.OWNER, scope_of("own", agreement, "subscription")))
    for part in PARTS[agreement]:
        for scope in (scope_of("other", agreement, part), Scope(KINDS[part], "nothing"), Scope(KINDS[part], "a\x07b")):
            for rest in ("access/", "access/add/", "access/remove/?role=reader&to=ada@example.com"):
                assert client.get(page(scope, rest)).status_code == 404
                sent = client.post(page(scope, rest), {"to": NEW, "role": "reader"})
                assert sent.status_code == (405 if rest == "access/" else 404)
    assert not Person.objects.filter(email=NEW).exists()


def test_the_list_says_who_what_since_when_and_from_where(here: Office) -> None:
    """Roles from above are shown to those who may see them there, and cannot be removed here."""
    owner = person(Role.BILLING_ACCOUNT_OWNER, ACCOUNT)
    give(person(name="olle"), READER, PROFILE)
    group = Group.objects.create(key="finance", name="Finance")
    group.members.add(person(name="gina"))
    RoleAssignment.objects.create(
        group=group, role=READER, scope_kind=PROFILE.kind, scope_key=PROFILE.id, valid_from=date(2017, 2, 3),
        recorded_in=Revision.objects.latest("number"),
    )  # fmt: skip
    shown = text(signed_in(owner), page(PROFILE))
    for words in (
        "olle@example.com", "Billing profile reader", "1 January 2016", "inherited from own-mca-account", "Finance",
        "Group of 1 person: gina@example.com", "3 February 2017",
    ):  # fmt: skip
        assert words in shown, words
    assert "Remove olle@example.com, Billing profile reader" in shown
    assert "Remove ada@example.com" not in shown
    below = text(signed_in(person(Role.INVOICE_SECTION_OWNER, SECTION, "sara")), page(SECTION))
    assert "olle@example.com" not in below
    assert "own-mca-profile, own-mca-account" in below


def test_the_list_is_searched_and_filtered_and_paged(here: Office) -> None:
    """By a part of an address, by a group's member, by role."""
    client = signed_in(person(OWNER, PROFILE))
    for number in range(60):
        give(person(name=f"reader{number:02}"), READER, PROFILE)
    give(person(name="ivan"), Role.INVOICE_MANAGER, PROFILE)
    first = text(client, page(PROFILE))
    assert "1–25 of 62" in first
    assert "51–62 of 62" in text(client, page(PROFILE, "access/?page=3"))
    assert "51–62 of 62" in text(client, page(PROFILE, "access/?page=999"))
    found = text(client, page(PROFILE, "access/?search=READER07"))
    assert ("reader07@example.com" in found, "reader08@example.com" in found) == (True, False)
    found = text(client, page(PROFILE, "access/?role=invoice-manager"))
    assert ("ivan@example.com" in found, "reader08@example.com" in found) == (True, False)
    for odd in ("search=%00", "search=" + "x" * 3000, "role=nothing", "search=%25_", "page=-1", "page=x"):
        assert client.get(page(PROFILE, f"access/?{odd}")).status_code == 200
    assert "Nobody fits this search." in text(client, page(PROFILE, "access/?search=%25"))


def test_more_rows_ask_no_more_questions(here: Office, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    """Whether three hold a role or three hundred."""
    client = signed_in(person(OWNER, PROFILE))
    counts = []
    for number in (3, 30):
        for each in range(number):
            give(person(name=f"r{number}-{each}"), READER, PROFILE)
        with django_assert_max_num_queries(40) as asked:
            text(client, page(PROFILE))
        counts.append(len(asked))
    assert counts[1] <= counts[0]


def test_a_role_is_given_and_taken_away_by_forms(here: Office) -> None:
    """With the question before, the note after, and a way to give it again; twice does no harm."""
    client = signed_in(person(OWNER, PROFILE))
    form = text(client, page(PROFILE, "access/add/"))
    assert "Sees, downloads and pays the profile’s invoices." in form
    assert "billing-account-owner" not in form
    sent = {"to": NEW.upper(), "role": READER.value}
    for said in ("has the role “Billing profile reader” on own-mca-profile now", "already"):
        answer = client.post(page(PROFILE, "access/add/"), sent, follow=True)
        assert answer.redirect_chain == [(page(PROFILE), 302)]
        assert said in answer.content.decode()
    assert "needs an invitation" in form
    asked = page(PROFILE, f"access/remove/?role={READER}&to={NEW}")
    assert "Remove this role?" in text(client, asked)
    assert RoleAssignment.objects.filter(person__email=NEW, superseded_in=None, valid_to=None).count() == 1
    answer = client.post(page(PROFILE, "access/remove/"), sent, follow=True)
    assert "no longer has the role" in answer.content.decode()
    assert f"access/add/?to={NEW.upper()}".replace("@", "%40") in answer.content.decode().replace("@", "%40")
    assert "no longer has the role" not in text(client, page(PROFILE))
    again = client.post(page(PROFILE, "access/remove/"), sent, follow=True)
    assert "Nobody holds that role here any more. Nothing was changed." in again.content.decode()
    noted = AuditEntry.objects.filter(action__startswith="role.").order_by("number").values_list("action", "outcome")
    assert list(noted) == [("role.grant", "done"), ("role.withdraw", "done")]


def test_the_same_answer_for_an_address_that_is_known_and_one_that_is_not(here: Office) -> None:
    """Neither message nor list tells which of the two the office knew."""
    client = signed_in(person(OWNER, PROFILE))
    person(name="known")
    said = []
    for to in ("known@example.com", "fresh@example.com"):
        answer = client.post(page(PROFILE, "access/add/"), {"to": to, "role": READER.value}, follow=True)
        said.append(answer.content.decode().count(to))
        assert "Known" not in answer.content.decode()
        assert "Known" not in text(client, page(PROFILE, f"access/remove/?role={READER}&to={to}"))
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Write whom"),
        ({"to": "nobody@", "role": READER.value}, "This is no e-mail address"),
        ({"to": NEW, "role": "nothing"}, "Choose one of these roles"),
        ({"to": NEW, "role": Role.BILLING_ACCOUNT_OWNER.value}, "Choose one of these roles"),
        ({"to": "no-such-group", "role": READER.value}, "There is no group no-such-group"),
        ({"to": "<script>@x", "role": READER.value}, "&lt;script&gt;@x"),
    ],
)
def test_a_wrong_form_comes_back_with_what_was_typed(here: Office, sent: dict[str, str], said: str) -> None:
    """And the sentence beside the field."""
    client = signed_in(person(OWNER, PROFILE))
    answer = client.post(page(PROFILE, "access/add/"), sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert RoleAssignment.objects.count() == 1


def test_whatever_is_sent_nothing_breaks(here: Office) -> None:
    """Long, empty, hostile and repeated values: an answer for people each time, and never half a write."""
    client, choose = signed_in(person(OWNER, PROFILE)), random.Random(7)  # noqa: S311 - no secret
    odd = ["", " ", "\0", "x" * 100_000, "é@é.example", "a@b.example\n", "’; DROP TABLE", "{{ 7 }}", "%00", "@", NEW]
    roles = [*(role.value for role in Role), "", "\0", "x" * 9999]
    for _ in range(60):
        rest = choose.choice(("access/add/", "access/remove/"))
        sent = {"to": [choose.choice(odd) for _ in range(choose.choice((1, 2)))], "role": choose.choice(roles)}
        assert client.post(page(PROFILE, rest), sent).status_code in {302, 409, 422}
        assert client.get(page(PROFILE, rest), sent).status_code in {200, 302}
    assert set(RoleAssignment.objects.values_list("scope_key", flat=True)) == {PROFILE.id}


def test_the_last_user_is_explained(here: Office) -> None:
    """No button to remove, and somebody else to give the role to; also if the form is sent anyway."""
    client = signed_in(person(OWNER, PROFILE))
    sent = {"role": OWNER.value, "to": "ada@example.com"}
    asked = text(client, page(PROFILE, f"access/remove/?role={OWNER}&to=ada@example.com"))
    assert "The last user of own-mca-profile cannot be removed." in asked
    assert "Remove the role" not in asked
    assert client.post(page(PROFILE, "access/remove/"), sent).status_code == 409
    give(person(name="bea"), OWNER, PROFILE)
    assert "This is your own role" in text(client, page(PROFILE, f"access/remove/?role={OWNER}&to=ada@example.com"))
    gone = client.post(page(PROFILE, "access/remove/"), sent)
    assert (gone.status_code, gone.headers["Location"]) == (302, "/")
    assert client.get(page(PROFILE)).status_code == 404


def test_a_management_group_has_its_own_page(here: Office) -> None:
    """Reached from what stands in it, and by the search; there roles are given and taken away, but the last owner's."""
    group, below = scope_of("own", "mca", "group"), scope_of("own", "mca", "subscription")
    owner = signed_in(person(Role.OWNER, group, "gina"))
    reader = signed_in(person(Role.READER, group, "rita"))
    where = f"/management-groups/{group.id}/access/"
    assert f'href="{where}"' in text(owner, page(below))
    assert f'href="{where}"' in text(owner, "/search/?q=own-mca-gr")
    assert where not in text(reader, "/search/?q=own-mca-gr")
    assert reader.get(where).status_code == 403
    assert owner.get(where.replace("own", "other")).status_code == 404
    shown = text(owner, where)
    assert all(word in shown for word in ("Management group", "gina@example.com", "rita@example.com"))
    given = owner.post(f"{where}add/", {"to": NEW, "role": "reader"}, follow=True).content.decode()
    assert f"{NEW} has the role “Reader” on {group.id} now." in given
    taken = owner.post(f"{where}remove/", {"to": NEW, "role": "reader"}, follow=True).content.decode()
    assert ("no longer has the role" in taken, "Give it again" in taken) == (True, True)
    last = {"to": "gina@example.com", "role": "owner"}
    assert "This role cannot be removed" in text(owner, f"{where}remove/?to=gina@example.com&role=owner")
    assert owner.post(f"{where}remove/", last).status_code == 409
    owner.post(f"{where}add/", {"to": NEW, "role": "user-access-administrator"})
    Person.objects.filter(email=NEW).update(is_active=True)
    assert owner.post(f"{where}remove/", last).status_code == 302


@pytest.mark.parametrize(
    ("agreement", "part", "giver", "role"),
    [
        ("mosp", "subscription", Role.ACCOUNT_ADMINISTRATOR, Role.SERVICE_ADMINISTRATOR),
        ("ea", "owner", Role.ENTERPRISE_ADMINISTRATOR, Role.ACCOUNT_OWNER),
    ],
)
def test_of_what_there_is_one_the_next_replaces_the_one_before(
    here: Office, agreement: str, part: str, giver: Role, role: Role
) -> None:
    """In one confirmed step that names both; stale confirmations are asked again; and it can be taken back."""
    scope = scope_of("own", agreement, part)
    old = person(role, scope, "olof")
    client = signed_in(person(giver, scope_of("own", agreement, "account"), "gina"))
    assert f"?role={role.value}" in text(client, page(scope))
    wish = {"to": NEW, "role": role.value}
    asked = client.post(page(scope, "access/add/"), wish)
    assert (asked.status_code, old.email in asked.content.decode()) == (200, True)
    stale = client.post(page(scope, "access/add/"), wish | {"instead_of": "somebody@example.com"})
    assert (stale.status_code, "Nothing was changed" in stale.content.decode()) == (409, True)
    assert RoleAssignment.objects.filter(superseded_in=None, valid_to=None, role=role).count() == 1
    done = client.post(page(scope, "access/add/"), wish | {"instead_of": old.email}, follow=True).content.decode()
    assert ("Give it again" in done, f"{NEW} has the role" in done) == (True, True)
    (held,) = RoleAssignment.objects.filter(superseded_in=None, valid_to=None, role=role)
    assert held.person
    assert held.person.email == NEW
    noted = AuditEntry.objects.filter(scope_key=scope.id).order_by("number").values_list("action", flat=True)
    assert list(noted)[-2:] == ["role.withdraw", "role.grant"]
    back = {"to": old.email, "role": role.value, "instead_of": NEW}
    client.post(page(scope, "access/add/"), back)
    assert [one.person for one in RoleAssignment.objects.filter(superseded_in=None, valid_to=None, role=role)] == [old]


def test_a_directory_s_administrator_becomes_an_owner(here: Office) -> None:
    """After a question; once more changes nothing, and nobody else is asked."""
    client = signed_in(person(Role.GLOBAL_ADMINISTRATOR, ACCOUNT))
    answer = client.get(page(ACCOUNT), follow=True)
    assert "Become an owner of this billing account?" in answer.content.decode()
    for said in ("You are an owner of this billing account now.", "is an owner of own-mca-account already"):
        assert said in client.post(page(ACCOUNT, "access/elevate/"), follow=True).content.decode()
    assert AuditEntry.objects.filter(action="role.elevate", door="portal").count() == 1
    both = person(Role.GLOBAL_ADMINISTRATOR, ACCOUNT, "gus")
    give(both, Role.BILLING_ACCOUNT_READER, ACCOUNT)
    assert page(ACCOUNT, "access/elevate/") in text(signed_in(both), page(ACCOUNT))
    reader = signed_in(person(Role.BILLING_ACCOUNT_READER, ACCOUNT, "rob"))
    assert page(ACCOUNT, "access/elevate/") not in text(reader, page(ACCOUNT))
    assert reader.post(page(ACCOUNT, "access/elevate/")).status_code == 403
    stranger = signed_in(person(name="vera"))
    assert stranger.post(page(ACCOUNT, "access/elevate/")).status_code == 404


def test_another_site_cannot_send_the_forms(here: Office) -> None:
    """Each needs its token."""
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person(OWNER, PROFILE))
    for rest in ("access/add/", "access/remove/"):
        assert strict.post(page(PROFILE, rest), {"to": NEW, "role": READER.value}).status_code == 403
    assert RoleAssignment.objects.count() == 1
