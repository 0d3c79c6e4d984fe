"""Every address opened in every wrong way: odd filters, pages that are not there, names that nothing has.

What pages read from their addresses is found out by watching them, so a new filter is asked for too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse, QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from kvitto.records.models import Person
from kvitto.runs.office import Office
from tests.campaign import IS_CAMPAIGN, size
from tests.portal.forms.every_form import Address, Form, browser_of, come_in, every_address
from tests.portal.forms.hostile import SHORT
from tests.portal.forms.sending import LANGUAGE, Witness, wrong_with

pytestmark = pytest.mark.database
ENDS_IT = {"account_logout", "openid_connect_login", "openid_connect_callback"}


@pytest.fixture
def pages(whole: Office, settings: Settings) -> list[tuple[Address, Form]]:
    """Each address with who opens it, in an office whose people read Swedish."""
    settings.ACCOUNT_RATE_LIMITS = False
    Person.objects.update(language=LANGUAGE)
    found = every_address()
    people = {one.person: come_in(Form(one.person, "/", {})) for one in found}
    return [(one, people[one.person]) for one in found if one.name not in ENDS_IT]


def opened(form: Form, address: str) -> HttpResponse:
    """The answer; a file is read to its end, as browsers do, so that what it is made from is let go of."""
    answer = browser_of(form).get(address)
    if answer.streaming:
        answer.getvalue()
    return answer  # type: ignore[return-value]


_ASKED_FOR: set[str] = set()


@pytest.fixture
def asked_for(pages: list[tuple[Address, Form]], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of all that any page reads from its address; found out once."""
    if _ASKED_FOR:
        return sorted(_ASKED_FOR)
    seen: set[str] = set()
    read, read_all = QueryDict.get, QueryDict.getlist

    def get(self: QueryDict, key: str, *more: object) -> object:
        seen.add(key)
        return read(self, key, *more)

    def getlist(self: QueryDict, key: str, *more: object) -> object:
        seen.add(key)
        return read_all(self, key, *more)

    with monkeypatch.context() as patched:
        patched.setattr(QueryDict, "get", get)
        patched.setattr(QueryDict, "getlist", getlist)
        for one, form in pages:
            opened(form, one.filled())
    _ASKED_FOR.update(seen)
    return sorted(seen)


@pytest.mark.campaign
def test_every_filter_with_everything_in_it(pages: list[tuple[Address, Form]], asked_for: list[str]) -> None:
    """All that pages read from addresses, at once; each page gets a few values, in the campaign each gets all."""
    assert {"page", "q", "search", "type", "status", "by", "language"} <= set(asked_for)
    witness, wrong = Witness(), []
    values = list(SHORT.items())
    for turn, (one, form) in enumerate(pages):
        for step in range(len(values) if IS_CAMPAIGN else 1):
            what, value = values[(2 * turn + step) % len(values)]
            address = f"{one.filled()}?{urlencode(dict.fromkeys(asked_for, value))}&page={value[:1]}&%ff=%fe&&="
            with witness.watching():
                wrong += [(one.name, what, said) for said in wrong_with(opened(form, address), witness)]
    assert wrong == []


@pytest.mark.campaign
def test_names_that_nothing_has(pages: list[tuple[Address, Form]]) -> None:
    """Every part of an address that names something, with what names nothing."""
    witness, wrong = Witness(), []
    values = list(SHORT.items())
    for turn, (one, form) in enumerate(pages):
        for step in range(len(values) if IS_CAMPAIGN else 1):
            what, value = values[(7 * turn + step) % len(values)]
            for part in _parts(one):
                with witness.watching():
                    answer = opened(form, one.filled(**{part: value or " "}))
                    wrong += [(one.name, part, what, said) for said in wrong_with(answer, witness)]
    assert wrong == []


def test_what_is_not_there_and_what_is_not_ones_own_look_the_same(pages: list[tuple[Address, Form]]) -> None:
    """A stranger who opens what others have reads what everybody reads of what does not exist."""
    stranger = come_in(Form("vera@elsewhere.example", "/", {}))
    wrong = []
    for one, _ in pages:
        parts = [part for part in _parts(one) if part in {"id", "number", "key"}]
        if parts and one.pattern.partition("/")[0] not in {"invitations", "address", "password", "sign-in"}:
            theirs, nobodys = (
                opened(stranger, one.filled()),
                opened(stranger, one.filled(**dict.fromkeys(parts, "none"))),
            )
            if nobodys.status_code not in {404, 405} or theirs.status_code != nobodys.status_code:
                wrong.append((one.name, theirs.status_code, nobodys.status_code))
    assert wrong == []


@pytest.mark.parametrize(
    "path", ["/%ff%fe/", "/%00/", "//", "/../../etc/passwd", "/invoices/%ff.pdf", f"/{'x' * 9000}/"]
)
def test_addresses_that_are_no_text(whole: Office, path: str) -> None:
    """Said on a page of ours, whatever the bytes were."""
    answer = Client(raise_request_exception=False, headers={"accept-language": LANGUAGE}).get(path)
    assert answer.status_code in {302, 404}
    if answer.status_code == 404:
        assert f'<html lang="{LANGUAGE}"' in answer.content.decode()


@pytest.mark.parametrize("cookie", ['"abcdefghij\\000"', "\x01", "x" * 5000, "%00", '"\\303\\050"'])
def test_cookies_that_nobody_was_given(whole: Office, cookie: str) -> None:
    """They are nobody's session and no language."""
    client = Client(raise_request_exception=False)
    for name in ("sessionid", "csrftoken", "language", "messages"):
        header = f"{name}={cookie}"
        assert client.get("/invoices/", headers={"cookie": header}).status_code == 302
        assert client.post("/language/", {"language": "sv"}, headers={"cookie": header}).status_code == 302


@pytest.mark.campaign
def test_addresses_at_random(
    pages: list[tuple[Address, Form]], asked_for: list[str], record_property: Callable[[str, object], None]
) -> None:
    """Any text for any filter of any page."""
    witness = Witness()
    texts = st.dictionaries(st.sampled_from(asked_for), st.text(max_size=40), max_size=4)

    examples = size(sample=15, full=5_000)
    record_property("examples", examples)

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(turn=st.integers(0, len(pages) - 1), query=texts)
    def holds(turn: int, query: dict[str, str]) -> None:
        one, form = pages[turn]
        with witness.watching():
            assert wrong_with(opened(form, f"{one.filled()}?{urlencode(query)}"), witness) == [], one.name

    holds()


def _parts(one: Address) -> Iterator[str]:
    return (part for part in one.parts if f":{part}>" in one.pattern and f"uuid:{part}>" not in one.pattern)
