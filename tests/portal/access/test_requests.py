"""*Request a copy* as pages: from a refusal in one click, by a typed number, answered, and taken back."""

from __future__ import annotations

import random
import re
from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from kvitto.access.roles import Role
from kvitto.records.held_roles import roles_of
from kvitto.records.models import CopyRequest, Person
from kvitto.runs.copy_requests import ask, decline
from kvitto.runs.office import Office
from tests.every_agreement import invoice, scope_of
from tests.portal.access.cast import page, person, signed_in

pytestmark = pytest.mark.django_db
PROFILE = scope_of("own", "mca", "profile")
READER, OWNER = Role.BILLING_PROFILE_READER, Role.BILLING_PROFILE_OWNER


@pytest.fixture(autouse=True)
def invoiced(here: Office) -> None:
    """An invoice of the profile."""
    invoice("K-1", "own", "mca", date(2017, 1, 1))


def text(client: Client, address: str, status: int = 200) -> str:
    """The page."""
    answer = client.get(address)
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def test_from_a_refused_page_in_one_click(here: Office) -> None:
    """S-03: who has a role that does not do is told why, who can help, and asks them."""
    section = person(Role.INVOICE_SECTION_READER, scope_of("own", "mca", "section"), "sara")
    person(OWNER, PROFILE, "olga")
    client = signed_in(section)
    for address, wanted in ((page(PROFILE, "invoices/"), ""), ("/invoices/K-1/", "K-1"), ("/invoices/K-1.pdf", "K-1")):
        if wanted:
            told = text(client, address, 404)
            assert "Request a copy of an invoice" in told
            continue
        text(client, address, 404)
    told = text(client, page(scope_of("own", "mca", "subscription"), "invoices/"), 403)
    assert "Roles on invoice sections and subscriptions never open invoices." in told
    assert "Billing profile reader" in told
    assert "Olga" in told
    assert "Request access" in told
    sent = re.search(r'name="wanted" value="([^"]+)"', told)
    assert sent
    answer = client.post("/requests/new/", {"wanted": sent[1]}, follow=True)
    assert "If it exists, its owners were asked." in answer.content.decode()
    assert CopyRequest.objects.get().scope_key == PROFILE.id


def test_the_answer_is_the_same_whatever_was_typed(here: Office) -> None:
    """In every word, on the page of the request too."""
    client, said = signed_in(person(name="vera")), []
    for wanted in ("K-1", "K-9", "own-mca-subscription", "<b>"):
        answer = client.post("/requests/new/", {"wanted": wanted, "message": "please"}, follow=True)
        assert answer.status_code == 200
        asked = CopyRequest.objects.get(wanted=wanted)
        shown = text(client, f"/requests/{asked.pk}/").replace(str(asked.pk), "…")
        shown = re.sub(r'(nonce|value|content)="[^"]*"', "", shown)
        said.append(shown.replace(wanted, "…").replace("&lt;b&gt;", "…"))
    assert len(set(said)) == 1


def test_a_request_is_granted_on_a_page(here: Office) -> None:
    """It waits for who can give the role, with the least role chosen; then the asker sees the invoice."""
    vera, olga = person(name="vera"), person(OWNER, PROFILE, "olga")
    asker, owner = signed_in(vera), signed_in(olga)
    asked = ask(here, vera, "K-1", "for the audit")
    waiting = text(owner, "/requests/")
    assert ("Waiting for your answer" in waiting, "vera@example.com" in waiting) == (True, True)
    shown = text(owner, f"/requests/{asked.pk}/")
    assert "for the audit" in shown
    assert f'value="{READER}" checked' in shown
    done = owner.post(
        f"/requests/{asked.pk}/answer/", {"answer": "grant", "role": READER.value, "words": "Gladly"}, follow=True
    )
    assert "vera@example.com may see the invoices now." in done.content.decode()
    assert roles_of(vera) == {PROFILE: {READER}}
    own = text(asker, f"/requests/{asked.pk}/")
    assert ("granted" in own, "Gladly" in own, "olga" in own.lower()) == (True, True, False)
    again = owner.post(f"/requests/{asked.pk}/answer/", {"answer": "decline"})
    assert again.status_code == 409
    assert "was granted meanwhile" in again.content.decode()


def test_a_request_is_declined_or_taken_back(here: Office) -> None:
    """With words; and the asker may change their mind before."""
    vera = person(name="vera")
    owner, asker = signed_in(person(OWNER, PROFILE, "olga")), signed_in(vera)
    asked = ask(here, vera, "K-1")
    owner.post(f"/requests/{asked.pk}/answer/", {"answer": "decline", "words": "Ask your manager."})
    own = text(asker, f"/requests/{asked.pk}/")
    assert ("declined" in own, "Ask your manager." in own) == (True, True)
    again = ask(here, vera, "K-1")
    taken = asker.post(f"/requests/{again.pk}/take-back/", follow=True)
    assert "You no longer ask for K-1." in taken.content.decode()
    assert "No request waits for your answer." in text(owner, "/requests/")


def test_what_was_decided_stays_with_those_who_could_answer(here: Office) -> None:
    """By whom, when, with which role: for every other owner too, page by page; not for people beside them."""
    vera, olga, otto = person(name="vera"), person(OWNER, PROFILE, "olga"), person(OWNER, PROFILE, "otto")
    asked = ask(here, vera, "K-1")
    signed_in(olga).post(f"/requests/{asked.pk}/answer/", {"answer": "grant", "role": READER.value, "words": "Gladly"})
    other = signed_in(otto)
    assert "No request waits for your answer." in text(other, "/requests/")
    decided = text(other, "/requests/?show=decided")
    assert all(word in decided for word in ("vera@example.com", "olga@example.com", "granted"))
    shown = text(other, f"/requests/{asked.pk}/")
    assert all(word in shown for word in ("olga@example.com", "Billing profile reader", "Gladly", "decided"))
    rita = signed_in(person(READER, PROFILE, "rita"))
    neighbour = signed_in(person(OWNER, scope_of("other", "mca", "profile"), "nina"))
    assert not any("vera@example.com" in text(client, "/requests/?show=decided") for client in (rita, neighbour))
    for number in range(30):
        declined = ask(here, Person.objects.create_user(f"a{number}@example.com"), "K-1")
        decline(here, olga, declined.pk)
    assert "1–25 of 31" in text(other, "/requests/?show=decided")
    assert "26–31 of 31" in text(other, "/requests/?show=decided&page=2")


def test_nobody_else_knows_of_a_request(here: Office) -> None:
    """Neither its page nor its forms; an id that never was looks the same."""
    asked = ask(here, person(name="vera"), "K-1")
    for other in (person(READER, PROFILE, "rita"), person(OWNER, scope_of("other", "mca", "profile"), "otto")):
        client = signed_in(other)
        for key in (asked.pk, "6b0a7a58-6f5d-4c3e-9d3b-000000000000"):
            assert client.get(f"/requests/{key}/").status_code == 404
            for rest in ("answer/", "take-back/"):
                assert (
                    client.post(f"/requests/{key}/{rest}", {"answer": "grant", "role": READER.value}).status_code == 404
                )
    assert CopyRequest.objects.get().state == "open"


def test_whatever_is_sent_nothing_breaks(here: Office) -> None:
    """Long, empty, hostile and repeated values."""
    vera = person(name="vera")
    asker, owner = signed_in(vera), signed_in(person(OWNER, PROFILE, "olga"))
    choose = random.Random(3)  # noqa: S311 - no secret
    odd = ["", " ", "\0", "x" * 50_000, "K-1", "’; DROP", "<script>", "a\r\nb", "{{ x }}", "\N{RIGHT-TO-LEFT OVERRIDE}"]
    asked = ask(here, vera, "K-1")
    for _ in range(40):
        sent = {"wanted": [choose.choice(odd), choose.choice(odd)], "message": choose.choice(odd)}
        assert asker.post("/requests/new/", sent).status_code in {302, 422}
        assert asker.get("/requests/new/", sent).status_code == 200
        answer = {
            "answer": choose.choice([*odd, "grant"]),
            "role": choose.choice([*odd, "owner"]),
            "words": choose.choice(odd),
        }
        assert owner.post(f"/requests/{asked.pk}/answer/", answer).status_code == 409
    assert CopyRequest.objects.get(pk=asked.pk).state == "open"
    assert roles_of(vera) == {}
    for odd_page in ("page=-1", "page=x", "asked=99", "asked=%00"):
        assert asker.get(f"/requests/?{odd_page}").status_code == 200


def test_more_requests_ask_no_more_questions(
    here: Office, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """The page of an owner to whom many came."""
    owner = signed_in(person(OWNER, PROFILE, "olga"))
    counts = []
    for number in (3, 40):
        for each in range(number):
            ask(here, Person.objects.create_user(f"a{number}-{each}@example.com"), "K-1")
        with django_assert_max_num_queries(45) as asked:
            text(owner, "/requests/")
        counts.append(len(asked))
    assert counts[1] <= counts[0] + 1
    assert "1–25 of 43" in text(owner, "/requests/")
