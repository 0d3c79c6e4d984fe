"""No address, file or command reaches what is another customer's: ids guessed, swapped, deleted, or of elsewhere."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from django.http import HttpResponse, HttpResponseBase
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from kvitto.access.policies import Policy
from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.config.home import make_home
from kvitto.language import Phrase
from kvitto.periods import midnight
from kvitto.portal.address_parts import PLURALS
from kvitto.records import gate
from kvitto.records.models import AgreementRecord, Person, PolicySetting, Revision
from kvitto.records.policies import set_policy
from kvitto.runs.explain_absence import why
from kvitto.runs.office import Office
from tests.campaign import size
from tests.every_agreement import AGREEMENTS, INVOICED, PARTS, build, give, invoice, scope_of

pytestmark = pytest.mark.django_db

DAY = date(2017, 1, 1)
NOTHING = 404
MOST_POWERFUL = {  # under each agreement, on its account or its subscription
    "mosp": (Role.ACCOUNT_ADMINISTRATOR, Role.OWNER),
    "mca": (Role.BILLING_ACCOUNT_OWNER, Role.OWNER),
    "ea": (Role.ENTERPRISE_ADMINISTRATOR, Role.OWNER),
    "indirect": (Role.PARTNER_ADMINISTRATOR, Role.OWNER),
    "mpa": (Role.GLOBAL_ADMINISTRATOR, Role.OWNER),
}
CUSTOMERS = {"own": "", "other": "", "gone": "", "elsewhere": "tenant-b"}
OTHERS = [customer for customer in CUSTOMERS if customer != "own"]
NUMBERS = [f"K-{customer}-{agreement}" for customer in OTHERS for agreement in AGREEMENTS]
IDS = [
    f"{customer}-{agreement}-{part}" for customer in OTHERS for agreement in AGREEMENTS for part in PARTS[agreement]
] + [f"{customer}-{agreement}-group" for customer in OTHERS for agreement in AGREEMENTS]

# what somebody may type: ids of others, of the deleted and of another directory, nearly right ones, and anything at all
guesses = st.one_of(
    st.sampled_from(IDS),
    st.sampled_from(NUMBERS),
    st.sampled_from(IDS).map(str.upper),
    st.sampled_from(IDS).map(lambda id_: id_ + " "),
    st.sampled_from(IDS).map(lambda id_: "%" + id_[1:]),
    st.text(min_size=1, max_size=30).filter(lambda text: "/" not in text and text not in {".", ".."}),
)
addresses = st.one_of(
    st.sampled_from(
        [
            f"/{plural}/{{}}/{rest}"
            for plural in PLURALS.values()
            for rest in (f"periods/{DAY}/", f"periods/{DAY}/usage.csv", "access/", "access/add/", "policies/")
        ]
    ),
    st.sampled_from(
        ["/subscriptions/{}/invoices/", "/billing-profiles/{}/invoices/", "/billing-accounts/{}/invoices/"]
    ),
    st.sampled_from(["/invoices/{}/", "/invoices/{}.pdf", "/invoices/{}.pdf?language=sv", "/invoices/{}/who-can-see/"]),
)


@pytest.fixture
def everyone(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, Person]:
    """Each customer with an invoice under each agreement; and of each agreement the most powerful people of one.

    They hold roles elsewhere, too, that cannot be used from their directory; what is "gone" is no longer believed.
    """
    make_home(tmp_path)
    settings.OFFICE = Office(home=tmp_path, clock=midnight(date(2017, 3, 20)))
    lists = "invoice_lists.of_scope._invoices"
    for made in ("invoices.pdf_of", lists, "usage.usage_csv", "usage.context_of", "usage.render"):
        monkeypatch.setattr(f"kvitto.portal.{made}", lambda *_: HttpResponse("seen"))
    build(CUSTOMERS)
    later = Revision.objects.create(recorded_at=midnight(date(2017, 2, 1)), cause="test")
    AgreementRecord.objects.filter(key__startswith="gone-").update(superseded_in=later)
    people = {}
    for agreement, (on_account, on_subscription) in MOST_POWERFUL.items():
        for customer in CUSTOMERS:
            invoice(f"K-{customer}-{agreement}", customer, agreement, DAY)
        for name, role, part in (
            (agreement, on_account, "account"),
            (f"{agreement}-2", on_subscription, "subscription"),
        ):
            people[name] = Person.objects.create_user(f"{name}@example.com", name="Somebody")
            give(people[name], role, scope_of("own", agreement, part))
            give(people[name], role, scope_of("elsewhere", agreement, part))
    return people


def as_told(answer: HttpResponseBase) -> str:
    """The page without the address that its forms repeat, and without what differs from page to page by chance."""
    assert isinstance(answer, HttpResponse)
    return re.sub(r'(nonce|value|href|content)="[^"]*"', "", answer.content.decode())


@pytest.mark.campaign
@settings(max_examples=size(sample=40, full=5000), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    who=st.sampled_from([*MOST_POWERFUL, *(f"{name}-2" for name in MOST_POWERFUL)]), address=addresses, typed=guesses
)
def test_pages_and_files_of_others_do_not_exist(
    everyone: dict[str, Person], who: str, address: str, typed: str
) -> None:
    """Whatever is typed: not found, in the same words as for what never existed."""
    client = Client()
    client.force_login(everyone[who])
    answer = client.get(address.format(quote(typed, safe="")))
    assert answer.status_code == NOTHING
    nothing = client.get(address.format("there-is-no-such-id"))
    assert nothing.status_code == NOTHING
    assert as_told(answer) == as_told(nothing)


@pytest.mark.campaign
@settings(max_examples=size(sample=20, full=2000), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(who=st.sampled_from([*MOST_POWERFUL]), typed=guesses)
def test_nothing_of_others_can_be_changed(everyone: dict[str, Person], who: str, typed: str) -> None:
    """The switch on somebody else's subscription, by the form and by the command alike."""
    client = Client()
    client.force_login(everyone[who])
    assert (
        client.post(f"/subscriptions/{quote(typed, safe='')}/share-invoices/", {"value": "on"}).status_code == NOTHING
    )
    for kind, policy, value in (
        (ScopeKind.SUBSCRIPTION, Policy.INVOICES_SHARED, "on"),
        (ScopeKind.BILLING_ACCOUNT, Policy.ACCOUNT_OWNERS_VIEW_CHARGES, "Allowed"),
        (ScopeKind.CUSTOMER, Policy.CUSTOMER_VIEWS_CHARGES, "Allowed"),
    ):
        with pytest.raises(gate.NotFound):
            set_policy(everyone[who], Scope(kind, typed), policy, value, midnight(date(2017, 3, 20)))
    assert not PolicySetting.objects.exists()


def without(name: str, sentence: Phrase) -> tuple[str, dict[str, object]]:
    """What the sentence says, but for the name that was asked about."""
    return sentence.text, {key: "…" if value == name else value for key, value in sentence.values.items()}


@pytest.mark.campaign
@settings(max_examples=size(sample=20, full=2000), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    who=st.sampled_from([*MOST_POWERFUL]),
    kind=st.sampled_from(ScopeKind),
    action=st.sampled_from(gate.Action),
    typed=guesses,
)
@example(who="mosp", kind=ScopeKind.SUBSCRIPTION, action=gate.Action.SEE_INVOICES, typed="\ud7fc")
@example(who="mosp", kind=ScopeKind.BILLING_ACCOUNT, action=gate.Action.SEE_INVOICES, typed="@")
def test_the_gate_knows_nothing_of_others(
    everyone: dict[str, Person], who: str, kind: ScopeKind, action: gate.Action, typed: str
) -> None:
    """For every kind of thing and every action; the command that explains says the same as for a fantasy."""
    person, scope = everyone[who], Scope(kind, typed)
    for ask in (gate.require, gate.scope_for):
        with pytest.raises(gate.NotFound):
            ask(person, scope, action)
    with pytest.raises(gate.NotFound):
        gate.invoice_for(person, typed, action)
    assert gate.history_of(person, scope, action) is None
    assert not any(place.account.id.startswith(tuple(OTHERS)) for place in gate.subscriptions_of(person, action))
    assert not any(one.account.id.startswith(tuple(OTHERS)) for one in gate.invoice_scopes_of(person, action))
    said = []
    for name in (typed, "there-is-no-such-id"):
        told = why(Office(Path()), name, "2017-01", person.email)
        said.append([told.reason, *(without(name, sentence) for sentence in told.sentences)])
    assert said[0] == said[1]


@pytest.mark.parametrize("agreement", AGREEMENTS)
def test_one_s_own_is_there(everyone: dict[str, Person], agreement: str) -> None:
    """So that the tests above do not pass because nothing opens at all."""
    client = Client()
    client.force_login(everyone[agreement])
    scope = scope_of("own", agreement, INVOICED[agreement])
    for address in (f"/{PLURALS[scope.kind]}/{scope.id}/invoices/", f"/invoices/K-own-{agreement}.pdf"):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("agreement", AGREEMENTS)
def test_a_chosen_directory_opens_what_is_bound_to_it(everyone: dict[str, Person], agreement: str) -> None:
    """Only one that is the person's own to choose; what is bound to none stays open."""
    client = Client()
    person = everyone[agreement]
    client.force_login(person)
    scope = scope_of("elsewhere", agreement, INVOICED[agreement])
    address = f"/{PLURALS[scope.kind]}/{scope.id}/invoices/"
    client.post("/directory/", {"directory": "tenant-b"})
    assert client.get(address).status_code == NOTHING  # not theirs
    person.directories = ["tenant-b"]
    person.save()
    assert client.get(address).status_code == NOTHING  # not chosen
    client.post("/directory/", {"directory": "tenant-b"})
    assert client.get(address).status_code == 200
    assert client.get(f"/invoices/K-own-{agreement}.pdf").status_code == 200
    client.post("/directory/", {"directory": ""})
    assert client.get(address).status_code == NOTHING
