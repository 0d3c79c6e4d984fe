"""Every door for every role under every agreement and policy, against the book of roles.

The doors load and permit for real; what they would then make (a PDF, a file, a page of rated usage) is left out here.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from kvitto.access.policies import Policy
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.config.home import make_home
from kvitto.periods import midnight
from kvitto.portal.address_parts import PLURALS
from kvitto.records.models import Person
from kvitto.runs.office import Office
from kvitto.runs.who_can_see import target_called, who_can_see, why
from tests.access.roles_by_the_book import COUNTING, HELD_ON, NAMES, REACHED_FROM, may
from tests.every_agreement import INVOICED, KINDS, PARTS, build, give, invoice, invoiced_scope, let, scope_of

pytestmark = pytest.mark.django_db

DAY, OLD_DAY = date(2017, 1, 1), date(2016, 11, 1)
BOOK_OF = {"mosp": "MOSP", "mca": "MCA", "ea": "EA", "indirect": "EA", "mpa": "MPA"}
ON = {
    "s": ("subscription", Policy.INVOICES_SHARED, "on", "off"),
    "d": ("account", Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES, "Allowed", "Disabled"),
    "a": ("account", Policy.ACCOUNT_OWNERS_VIEW_CHARGES, "Allowed", "NotAllowed"),
    "c": ("customer", Policy.CUSTOMER_VIEWS_CHARGES, "Allowed", "NotAllowed"),
    "r": ("account", Policy.MARKUP, "Published", "Preview"),
}
SEEN, REFUSED, NOTHING = 200, 403, 404
STATES = {
    "mosp": ("", "s"),
    "mca": ("",),
    "ea": ("", "d", "a", "da"),
    "indirect": ("", "dar"),
    "mpa": ("", "c"),
}


@pytest.fixture
def doors(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """An office whose doors make nothing."""
    make_home(tmp_path)
    settings.OFFICE = Office(home=tmp_path, clock=midnight(date(2017, 3, 20)))
    monkeypatch.setattr("kvitto.portal.invoices.pdf_of", lambda *_: b"%PDF")
    monkeypatch.setattr("kvitto.portal.invoice_lists.of_scope._invoices", lambda *_: HttpResponse())
    monkeypatch.setattr("kvitto.portal.usage.usage_csv", lambda *_: b"")
    monkeypatch.setattr("kvitto.portal.usage.context_of", lambda *_: {})
    monkeypatch.setattr("kvitto.portal.usage.render", lambda *_: HttpResponse())
    build({"own": "", "other": ""})


def people_of(agreement: str) -> dict[str, Person]:
    """One person for each role that counts under the agreement, and one who holds a role at the neighbour's."""
    found = {}
    parts = {kind.value: part for part, kind in KINDS.items()}
    for number, column in enumerate(COUNTING[BOOK_OF[agreement]]):
        found[column] = Person.objects.create_user(f"{agreement}-{number}@example.com", name=column)
        give(found[column], NAMES[column], scope_of("own", agreement, parts[HELD_ON[column]]))
    found["nobody"] = Person.objects.create_user(f"{agreement}-nobody@example.com")
    give(found["nobody"], NAMES["Ow"], scope_of("other", agreement, "subscription"))
    return found


def answer_by_the_book(agreement: str, level: str, action: str, column: str, on: str) -> int:
    """What a door answers to someone with this one role."""
    book = BOOK_OF[agreement]
    if column == "nobody" or HELD_ON[column] not in REACHED_FROM[book][level].split():
        return NOTHING
    letters = frozenset(on) | ({"i"} if agreement == "ea" else set())
    return SEEN if may(book, action, column, letters) else REFUSED


def usage_address(scope: Scope, file: str = "") -> str:
    """The page of a period's usage, or its file."""
    return f"/{PLURALS[scope.kind]}/{scope.id}/periods/{DAY}/{file}"


Door = tuple[str, ScopeKind, str]  # address, what is asked for there, the action


def doors_of(agreement: str) -> list[Door]:
    """Lists of invoices, PDFs new and old, usage pages and usage files of every scope."""
    invoiced = invoiced_scope("own", agreement)
    invoice("K-1", "own", agreement, DAY)
    invoice("K-2", "own", agreement, OLD_DAY)
    invoice("K-3", "own", agreement, DAY, "AzureSupport")
    found = [
        (f"/{PLURALS[invoiced.kind]}/{invoiced.id}/invoices/", invoiced.kind, "see-invoices"),
        ("/invoices/K-1.pdf", invoiced.kind, "download-invoice"),
        ("/invoices/K-2.pdf", invoiced.kind, "open-old-invoice"),
        ("/invoices/K-3.pdf", invoiced.kind, "open-support-invoice"),
    ]
    for part in PARTS[agreement]:
        scope = scope_of("own", agreement, part)
        if part != "account" or INVOICED[agreement] == "account":
            found.append((usage_address(scope), scope.kind, "see-charges"))
        if part == "subscription" or scope == invoiced:
            found.append((usage_address(scope, "usage.csv"), scope.kind, "download-usage"))
    return found


def signed_in(person: Person) -> Client:
    """A browser of this person."""
    client = Client()
    client.force_login(person)
    return client


def set_policies(agreement: str, on: str) -> None:
    """These on, the others that count off."""
    for letter in STATES[agreement][-1]:
        part, policy, is_on, is_off = ON[letter]
        let(scope_of("own", agreement, part), policy, is_on if letter in on else is_off)


@pytest.mark.parametrize("agreement", STATES)
def test_who_may_open_what(doors: None, agreement: str) -> None:
    """Each role at each door, for each state of the policies."""
    addresses = doors_of(agreement)
    clients = {column: signed_in(person) for column, person in people_of(agreement).items()}
    wrong = []
    for on in STATES[agreement]:
        set_policies(agreement, on)
        if on and agreement != "mosp":  # no policy of these opens an invoice: asked for once
            addresses = [door for door in addresses if "invoice" not in door[2]]
        for column, client in clients.items():
            for address, level, action in addresses:
                found = client.get(address).status_code
                expected = answer_by_the_book(agreement, level, action, column, on)
                wrong += [(on, column, address, found, expected)] if found != expected else []
    assert wrong == []


@pytest.mark.parametrize("agreement", STATES)
def test_who_can_see_and_why_say_the_same(doors: None, agreement: str) -> None:
    """As the commands answer: of an invoice and of the subscription, for everyone at once and for each alone."""
    doors_of(agreement)
    people = people_of(agreement)
    for on in STATES[agreement]:
        set_policies(agreement, on)
        for name in ("K-1", f"own-{agreement}-subscription"):
            target = target_called(name)
            kind = target.spot.scope.kind
            viewers = {viewer.person.email: viewer for viewer in who_can_see(target)}
            for column, person in people.items():
                open_to = tuple(
                    action
                    for action in target.actions
                    if answer_by_the_book(agreement, kind, action, column, on) == SEEN
                )
                viewer = viewers.get(person.email)
                assert (viewer.actions if viewer else ()) == open_to, (name, on, column)
                if viewer:
                    assert {way.role for way in viewer.ways} == {NAMES[column]}
                answer = why(person, target)
                assert answer.allowed == open_to
                assert (answer.reason is None) is (open_to == target.actions)


@pytest.mark.parametrize("agreement", STATES)
def test_the_list_of_subscriptions_holds_what_may_be_seen(
    doors: None, agreement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One's own, and nothing of the neighbour's."""
    shown: list[list[str]] = []

    def rows(_office: object, places: list[object], **_more: object) -> list[object]:
        shown.append([place.subscription.id for place in places])  # type: ignore[attr-defined]
        return []

    monkeypatch.setattr("kvitto.portal.subscriptions.subscription_rows", rows)
    for column, person in people_of(agreement).items():
        client = signed_in(person)
        assert client.get("/subscriptions/").status_code == SEEN
        whose = "other" if column == "nobody" else "own"
        is_seen = column == "nobody" or may(BOOK_OF[agreement], "see-subscription", column, frozenset())
        assert shown.pop() == ([f"{whose}-{agreement}-subscription"] if is_seen else []), column
