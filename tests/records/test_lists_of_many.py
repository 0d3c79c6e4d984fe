"""Lists are worked out once and in bulk; they hold exactly what single questions open, whatever is held and set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from kvitto.access.policies import POLICIES, Policy
from kvitto.access.roles import ROLES, Role
from kvitto.agreements.facts import kind_of, parent_of, to_facts
from kvitto.agreements.hierarchy import Scope, Subscription
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.agreements.tree import Tree
from kvitto.records.agreement_rows import Around, tree_of
from kvitto.records.agreements import tree, tree_around
from kvitto.records.gate import Action, everything_of, is_allowed, subscriptions_of
from kvitto.records.models import AgreementRecord, Person, PolicySetting, Revision, RoleAssignment
from kvitto.records.revisions import believed
from tests.every_agreement import AGREEMENTS, PARTS, START, build, give, let, scope_of

pytestmark = pytest.mark.django_db

ACTIONS = (Action.SEE_SUBSCRIPTION, Action.SEE_CHARGES, Action.SEE_INVOICES, Action.CANCEL_SUBSCRIPTION)
SCOPES = [
    scope_of(customer, agreement, part)
    for customer in ("own", "bound")
    for agreement in AGREEMENTS
    for part in (*PARTS[agreement], "group")
]
HELD = some.lists(some.tuples(some.sampled_from(list(Role)), some.sampled_from(SCOPES)), max_size=6)
SET = some.lists(
    some.tuples(some.sampled_from(list(Policy)), some.sampled_from(SCOPES), some.integers(0, 2)), max_size=4
)


@pytest.fixture(autouse=True)
def agreements() -> None:
    """Customers under every agreement; beside each subscription one in no group, and a support plan."""
    build({"own": "", "bound": "tenant-b"})
    for each in tree().subscriptions.values():
        _record(replace(each, id=f"{each.id}-2", management_group_id=""))
        _record(replace(each, id=f"{each.id}-3", offer=Offer(OfferKind.SUPPORT)))


def _record(value: Subscription) -> None:
    AgreementRecord.objects.create(
        kind=kind_of(value), key=value.id, parent=parent_of(value), facts=to_facts(value),
        valid_from=START, recorded_in=Revision.objects.latest("number"),
    )  # fmt: skip


def _plain_tree(scope: Scope) -> Tree:
    return tree_of(Around(believed(AgreementRecord.objects.filter(valid_to=None), None), [scope]).rows(), None)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(held=HELD, policies=SET, directory=some.sampled_from(["", "tenant-b"]))
def test_a_list_holds_what_single_questions_open(
    held: list[tuple[Role, Scope]], policies: list[tuple[Policy, Scope, int]], directory: str
) -> None:
    """Subscription by subscription, for every action; and the list is the same when it is asked for again."""
    RoleAssignment.objects.all().delete()
    PolicySetting.objects.all().delete()
    person, _ = Person.objects.update_or_create(email="ada@example.com", defaults={"directory": directory})
    for role, scope in held:
        if ROLES[role].level.value == scope.kind.value:
            give(person, role, scope)
    for policy, scope, number in policies:
        if scope.kind.value in {level.value for level in POLICIES[policy].levels}:
            values = POLICIES[policy].values
            let(scope, policy, values[number % len(values)])
    for action in ACTIONS:
        single = [place for place in tree().places() if is_allowed(person, place.scope, action)]
        assert subscriptions_of(person, action) == single
        assert subscriptions_of(person, action) == single
    everything = everything_of(person)
    agreed = everything.subscriptions(Action.SEE_CHARGES, at_agreed_prices=True)
    assert agreed == [
        place for place in tree().places() if everything.may(place.scope, Action.SEE_CHARGES, at_agreed_prices=True)
    ]


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.id)
def test_what_is_remembered_is_what_the_records_say(scope: Scope) -> None:
    """Around each thing, also after something was recorded."""
    assert tree_around([scope]) == _plain_tree(scope)
    placed = next(iter(tree_around([scope]).subscriptions.values()), None)
    if placed:
        _record(replace(placed, id="another", name="Another"))
    assert tree_around([scope]) == _plain_tree(scope)


def test_a_person_with_many_subscriptions_costs_no_more_queries(
    django_assert_max_num_queries: Any, django_assert_num_queries: Callable[..., Any]
) -> None:
    """Ten times as many take as many questions; asked again, three: what is held, what is newest, what is set."""
    person = Person.objects.create_user("ada@example.com")
    give(person, Role.ENTERPRISE_ADMINISTRATOR, scope_of("own", "ea", "account"))
    with django_assert_max_num_queries(10):
        assert len(subscriptions_of(person)) == 3
    known = tree().subscriptions["own-ea-subscription"]
    for number in range(30):
        _record(replace(known, id=f"many-{number:02}"))
    with django_assert_max_num_queries(10):
        assert len(subscriptions_of(person)) == 33
    with django_assert_num_queries(3):
        assert len(subscriptions_of(person)) == 33
