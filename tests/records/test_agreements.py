"""Reading agreements: what stands around a scope is what the whole office knows of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kvitto.agreements.facts import to_facts
from kvitto.agreements.hierarchy import Scope, ScopeKind, Subscription
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.records.agreements import (
    AmbiguousName,
    invoice_scope,
    invoice_scopes,
    latest_revision,
    seller,
    subscription_called,
    tree,
    tree_around,
)
from kvitto.runs.apply_agreements import apply
from kvitto.runs.office import Office
from tests.agreements.example_file import EXAMPLE, written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def applied(office: Callable[..., Office], tmp_path: Path) -> None:
    """An office with the agreements of the example."""
    apply(office(clock=date(2024, 3, 20)), written(tmp_path, EXAMPLE))


def test_each_invoice_scope_alone_is_as_in_the_whole_list() -> None:
    """Loading one thing gives the same facts as loading all."""
    for scope in invoice_scopes():
        assert invoice_scope(scope.scope) == scope


def test_a_section_and_its_subscriptions_lead_to_the_profile() -> None:
    """By whichever name, it is the profile's invoice."""
    whole = invoice_scope(Scope(ScopeKind.BILLING_PROFILE, "utrecht"))
    assert whole is not None
    for kind, key in ((ScopeKind.INVOICE_SECTION, "utrecht-storage"), (ScopeKind.SUBSCRIPTION, "fio")):
        assert invoice_scope(Scope(kind, key)) == whole


def test_an_account_and_the_unknown_have_no_invoice_scope() -> None:
    """An account may hold many; what does not exist has none."""
    assert invoice_scope(Scope(ScopeKind.BILLING_ACCOUNT, "lindqvist")) is None
    assert invoice_scope(Scope(ScopeKind.SUBSCRIPTION, "lindqvist")) is None
    assert invoice_scope(Scope(ScopeKind.BILLING_PROFILE, "fio")) is None


def test_the_lineage_of_a_subscription() -> None:
    """Section, profile and account above an MCA subscription; the account alone above a MOSP one."""
    whole = tree()
    kinds = [scope.kind for scope in whole.lineage(Scope(ScopeKind.SUBSCRIPTION, "fio"))]
    assert kinds == [
        ScopeKind.SUBSCRIPTION,
        ScopeKind.INVOICE_SECTION,
        ScopeKind.BILLING_PROFILE,
        ScopeKind.BILLING_ACCOUNT,
    ]
    assert [scope.id for scope in whole.lineage(Scope(ScopeKind.SUBSCRIPTION, "pg-lab"))] == ["pg-lab", "lindqvist"]
    assert whole.lineage(Scope(ScopeKind.SUBSCRIPTION, "nothing")) == ()


def test_around_an_account_stands_everything_below_it_and_nothing_of_others() -> None:
    """All of the MOSP account, none of the MCA account."""
    found = tree_around([Scope(ScopeKind.BILLING_ACCOUNT, "lindqvist")])
    assert (list(found.accounts), list(found.subscriptions)) == (["lindqvist"], ["os-bench", "pg-lab"])
    found = tree_around([Scope(ScopeKind.BILLING_ACCOUNT, "harbour")])
    assert (list(found.accounts), list(found.subscriptions)) == (["harbour"], ["fio"])


def test_before_the_first_revision_nothing_was_known() -> None:
    """As-of revision 0 is an empty office."""
    assert invoice_scopes(revision=0) == []
    assert seller(revision=0) is None
    assert latest_revision() > 0


def test_a_subscription_answers_to_its_id_and_to_each_of_its_names() -> None:
    """The id, the names in usage files, and its own name lead to it; a name that two have leads to a question."""
    from kvitto.records.models import AgreementRecord, Revision

    revision = Revision.objects.create(recorded_at=datetime(2024, 1, 1, tzinfo=UTC), cause="test")
    offer = Offer(OfferKind.PAY_AS_YOU_GO)
    for key, name, known_as in (("s-1", "Lab", ("pg",)), ("s-2", "Twin", ()), ("s-3", "Twin", ())):
        one = Subscription(key, "a", name, offer, date(2024, 1, 1), known_as=known_as)
        AgreementRecord.objects.create(
            kind="subscription", key=key, parent="a", facts=to_facts(one), valid_from=one.started_on,
            recorded_in=revision,
        )  # fmt: skip
    assert {getattr(subscription_called(name), "id", None) for name in ("s-1", "pg", "Lab")} == {"s-1"}
    assert subscription_called("Nobody") is None
    with pytest.raises(
        AmbiguousName, match=r"Several subscriptions are called Twin: s-2 and s-3\. Say which by its id\."
    ):
        subscription_called("Twin")
