"""The gate under every agreement: parts of an enrollment, groups, directories, customers, and what moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kvitto.access.policies import Policy
from kvitto.access.roles import Role
from kvitto.agreements.facts import from_facts, kind_of, parent_of, to_facts
from kvitto.agreements.hierarchy import EnrollmentAccount, Scope, ScopeKind, Subscription
from kvitto.periods import calendar_month
from kvitto.records import gate
from kvitto.records.gate import Action
from kvitto.records.models import AgreementRecord, Group, Person, Revision, RoleAssignment
from tests.every_agreement import START, build, give, invoice, let, scope_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def agreements() -> None:
    """Customers under every agreement; the accounts of "bound" are seen from the directory "tenant-b" alone."""
    build({"own": "", "bound": "tenant-b"})


def person(role: Role | None = None, scope: Scope | None = None, name: str = "ada") -> Person:
    """Somebody, with this role on this scope."""
    found = Person.objects.create_user(f"{name}@example.com", name=name.title())
    if role and scope:
        give(found, role, scope)
    return found


def record(value: Subscription | EnrollmentAccount, valid_from: date = START) -> None:
    """One more thing, or another version of one."""
    revision = Revision.objects.latest("number")
    AgreementRecord.objects.filter(kind=kind_of(value), key=value.id, valid_to=None).update(valid_to=valid_from)
    AgreementRecord.objects.create(
        kind=kind_of(value), key=value.id, parent=parent_of(value), facts=to_facts(value),
        valid_from=valid_from, recorded_in=revision,
    )  # fmt: skip


def recorded(kind: ScopeKind, key: str) -> object:
    """The value of a thing as it is recorded last."""
    return from_facts(kind.value, AgreementRecord.objects.get(kind=kind, key=key, valid_to=None).facts)


def more_in_the_enrollment() -> None:
    """A second enrollment account outside the department, with a subscription."""
    record(EnrollmentAccount("lone", "own-ea-account", "Lone"))
    known = recorded(ScopeKind.SUBSCRIPTION, "own-ea-subscription")
    assert isinstance(known, Subscription)
    record(replace(known, id="lone-subscription", enrollment_account_id="lone", management_group_id=""))


def test_part_of_an_enrollment_shows_nothing_of_others() -> None:
    """A department administrator is given the department; an enterprise administrator all."""
    more_in_the_enrollment()
    account = scope_of("own", "ea", "account")
    let(account, Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES, "Allowed")
    ada = person(Role.DEPARTMENT_ADMINISTRATOR, scope_of("own", "ea", "department"))
    for part in ("department", "owner", "subscription"):
        found = gate.scope_for(ada, scope_of("own", "ea", part), Action.SEE_CHARGES)
        assert [each.id for each in found.subscriptions] == ["own-ea-subscription"]
        assert [each.id for each in found.enrollment_accounts] == ["own-ea-owner"]
        assert [each.id for each in found.departments] == ["own-ea-department"]
    with pytest.raises(gate.NotFound):
        gate.scope_for(ada, account, Action.SEE_CHARGES)
    with pytest.raises(gate.NotFound):
        gate.scope_for(ada, Scope(ScopeKind.SUBSCRIPTION, "lone-subscription"), Action.SEE_CHARGES)
    all_of_it = gate.scope_for(
        person(Role.ENTERPRISE_ADMINISTRATOR_READ_ONLY, account, "bea"), account, Action.SEE_CHARGES
    )
    assert {each.id for each in all_of_it.subscriptions} == {"own-ea-subscription", "lone-subscription"}


def test_a_group_holds_roles_for_its_members() -> None:
    """As long as one is a member and may sign in; a service principal like a person."""
    scope = scope_of("own", "mca", "profile")
    group = Group.objects.create(key="finance", name="Finance")
    RoleAssignment.objects.create(
        group=group, role=Role.BILLING_PROFILE_READER, scope_kind=scope.kind, scope_key=scope.id,
        valid_from=START, recorded_in=Revision.objects.latest("number"),
    )  # fmt: skip
    ada, robot = person(), person(name="robot")
    robot.kind = "service-principal"
    robot.save()
    group.members.add(ada, robot)
    for one in (ada, robot):
        assert gate.is_allowed(one, scope, Action.DOWNLOAD_INVOICE)
    assert gate.who_may(scope, Action.DOWNLOAD_INVOICE) == [ada, robot]
    ada.is_active = False
    ada.save()
    assert gate.who_may(scope, Action.DOWNLOAD_INVOICE) == [robot]
    group.members.remove(robot)
    assert not gate.is_allowed(robot, scope, Action.DOWNLOAD_INVOICE)


def test_a_role_on_a_management_group_reaches_its_subscriptions_and_nothing_else() -> None:
    """By the rules of the agreement each is bought under; the group itself has no invoices."""
    group = scope_of("own", "mosp", "group")
    ada = person(Role.READER, group)
    assert gate.is_allowed(ada, scope_of("own", "mosp", "subscription"), Action.SEE_CHARGES)
    assert gate.is_allowed(ada, group, Action.SEE_CHARGES)
    assert not gate.is_allowed(ada, scope_of("own", "mosp", "account"), Action.SEE_SUBSCRIPTION)
    assert not gate.is_allowed(ada, scope_of("own", "mca", "subscription"), Action.SEE_SUBSCRIPTION)
    assert [place.subscription.id for place in gate.subscriptions_of(ada)] == ["own-mosp-subscription"]
    with pytest.raises(gate.NotFound):
        gate.scope_for(ada, group, Action.SEE_CHARGES)


def test_the_cost_of_a_management_group_waits_for_its_enrollments() -> None:
    """All of them: one that does not let account owners view charges closes it."""
    group = scope_of("own", "ea", "group")
    ada = person(Role.COST_MANAGEMENT_READER, group)
    assert not gate.is_allowed(ada, group, Action.SEE_CHARGES)
    let(scope_of("own", "ea", "account"), Policy.ACCOUNT_OWNERS_VIEW_CHARGES, "Allowed")
    assert gate.is_allowed(ada, group, Action.SEE_CHARGES)
    assert gate.is_allowed(ada, scope_of("own", "ea", "subscription"), Action.SEE_CHARGES)


def test_an_account_is_seen_from_its_directory_alone() -> None:
    """By those who are there, or who switched to it."""
    profile = scope_of("bound", "mca", "profile")
    ada = person(Role.BILLING_PROFILE_OWNER, profile)
    with pytest.raises(gate.NotFound):
        gate.scope_for(ada, profile, Action.SEE_INVOICES)
    assert gate.invoice_scopes_of(ada) == []
    ada.look_from("tenant-b")
    assert not gate.is_allowed(ada, profile, Action.SEE_INVOICES)  # not one of hers
    ada.directories = ["tenant-b"]
    ada.look_from("tenant-b")
    assert gate.scope_for(ada, profile, Action.SEE_INVOICES).scope == profile
    assert [found.scope for found in gate.invoice_scopes_of(ada)] == [profile]


def test_a_customers_users_work_from_the_customers_directory() -> None:
    """The partner's account is bound to the partner's; what the customer runs is not."""
    AgreementRecord.objects.filter(key="bound-mpa-customer").delete()
    revision = Revision.objects.latest("number")
    facts = AgreementRecord.objects.get(key="own-mpa-customer").facts
    AgreementRecord.objects.create(
        kind="customer", key="bound-mpa-customer", parent="bound-mpa-profile", valid_from=START, recorded_in=revision,
        facts={**facts, "id": "bound-mpa-customer", "profile_id": "bound-mpa-profile", "directory": "tenant-c"},
    )  # fmt: skip
    subscription = scope_of("bound", "mpa", "subscription")
    let(scope_of("bound", "mpa", "customer"), Policy.CUSTOMER_VIEWS_CHARGES, "Allowed")
    ada = person(Role.READER, subscription)
    assert not gate.is_allowed(ada, subscription, Action.SEE_CHARGES)
    ada.directory = "tenant-c"
    assert gate.is_allowed(ada, subscription, Action.SEE_CHARGES)


def test_a_customer_is_given_list_prices() -> None:
    """By the price sheet of the account it is shown with; a partner's own people by the agreed one."""
    let(scope_of("own", "mpa", "customer"), Policy.CUSTOMER_VIEWS_CHARGES, "Allowed")
    record_sheet("own-mpa-account", "partner")
    subscription = scope_of("own", "mpa", "subscription")
    customer, agent = (
        person(Role.READER, subscription),
        person(Role.ADMIN_AGENT, scope_of("own", "mpa", "account"), "bo"),
    )
    assert gate.scope_for(customer, subscription, Action.SEE_CHARGES).account.price_sheet == "list"
    assert gate.sees_list_prices(customer, subscription)
    assert gate.subscriptions_of(customer, Action.SEE_CHARGES, at_agreed_prices=True) == []
    assert gate.scope_for(agent, subscription, Action.SEE_CHARGES).account.price_sheet == "partner"
    for action in (Action.SEE_INVOICES, Action.DOWNLOAD_INVOICE, Action.DOWNLOAD_USAGE):
        with pytest.raises(gate.Refused) as raised:
            gate.require(customer, subscription, action)
        assert "Ask own-mpa-account for a copy." in str(raised.value.phrase)


def record_sheet(account_id: str, sheet: str) -> None:
    """Give an account another price sheet."""
    row = AgreementRecord.objects.get(key=account_id)
    row.facts = {**row.facts, "price_sheet": sheet}
    row.save()


def moved() -> None:
    """The online subscription moves to the Customer Agreement on 1 February 2017."""
    known = recorded(ScopeKind.SUBSCRIPTION, "own-mosp-subscription")
    assert isinstance(known, Subscription)
    there = replace(known, account_id="own-mca-account", section_id="own-mca-section")
    record(there, date(2017, 2, 1))


def test_invoices_of_before_a_move_keep_their_rights() -> None:
    """Those of the account that bought it, and of the roles on it; the new account's people do not get them."""
    subscription = scope_of("own", "mosp", "subscription")
    administrator = person(Role.ACCOUNT_ADMINISTRATOR, scope_of("own", "mosp", "account"), "astrid")
    reader = person(Role.READER, subscription, "erik")
    owner = person(Role.BILLING_ACCOUNT_OWNER, scope_of("own", "mca", "account"), "saskia")
    number = invoice("K-1", "own", "mosp", date(2017, 1, 1))
    moved()
    assert gate.invoice_for(administrator, number, Action.DOWNLOAD_INVOICE).number == number
    with pytest.raises(gate.Refused):
        gate.invoice_for(reader, number, Action.DOWNLOAD_INVOICE)
    let(subscription, Policy.INVOICES_SHARED, "on")
    assert gate.invoice_for(reader, number, Action.DOWNLOAD_INVOICE).number == number
    with pytest.raises(gate.NotFound):
        gate.invoice_for(owner, number, Action.SEE_INVOICES)


def test_periods_of_before_a_move_stay_with_the_subscription() -> None:
    """As an invoice scope that ends with the move; what came after is the billing profile's."""
    subscription = scope_of("own", "mosp", "subscription")
    administrator = person(Role.ACCOUNT_ADMINISTRATOR, scope_of("own", "mosp", "account"), "astrid")
    owner = person(Role.BILLING_ACCOUNT_OWNER, scope_of("own", "mca", "account"), "saskia")
    assert gate.history_of(administrator, subscription, Action.SEE_INVOICES) is None
    moved()
    history = gate.history_of(administrator, subscription, Action.SEE_INVOICES)
    assert history
    assert history.scope.account.id == "own-mosp-account"
    assert [period.end for period in history.scope.days[subscription.id]] == [date(2017, 2, 1)]
    assert history.holds(calendar_month(date(2017, 1, 1)))
    assert not history.holds(calendar_month(date(2017, 2, 1)))
    with pytest.raises(gate.NotFound):
        gate.scope_for(administrator, subscription, Action.SEE_INVOICES)
    assert gate.history_of(owner, subscription, Action.SEE_INVOICES) is None
    now = gate.scope_for(owner, subscription, Action.SEE_INVOICES)
    assert now.scope == scope_of("own", "mca", "profile")
    assert gate.invoice_scopes_of(administrator) == []


def test_a_subscription_that_another_account_took_over_parts_its_history() -> None:
    """Both bought online: each sees the periods that it is invoiced for, and no others'."""
    subscription = scope_of("own", "mosp", "subscription")
    before = person(Role.ACCOUNT_ADMINISTRATOR, scope_of("own", "mosp", "account"), "astrid")
    after = person(Role.ACCOUNT_ADMINISTRATOR, scope_of("bound", "mosp", "account"), "berit")
    after.directory = "tenant-b"
    known = recorded(ScopeKind.SUBSCRIPTION, "own-mosp-subscription")
    assert isinstance(known, Subscription)
    record(replace(known, account_id="bound-mosp-account"), date(2017, 2, 1))
    number = invoice("K-1", "own", "mosp", date(2017, 1, 1))
    for who, months in ((before, (True, False)), (after, (False, True))):
        history = gate.history_of(who, subscription, Action.SEE_INVOICES)
        assert history
        assert tuple(history.holds(calendar_month(date(2017, month, 1))) for month in (1, 2)) == months
    assert gate.invoice_for(before, number, Action.DOWNLOAD_INVOICE).number == number
    with pytest.raises(gate.NotFound):
        gate.invoice_for(after, number, Action.SEE_INVOICES)
    with pytest.raises(gate.NotFound):
        gate.scope_for(before, subscription, Action.SEE_INVOICES)


def test_an_invoice_that_may_not_be_downloaded_is_known_to_its_list() -> None:
    """By age and by kind, besides the switch."""
    from kvitto.records.invoices import list_invoices

    subscription = scope_of("own", "mosp", "subscription")
    let(subscription, Policy.INVOICES_SHARED, "on")
    reader = person(Role.READER, subscription)
    invoice("K-1", "own", "mosp", date(2017, 1, 1))
    invoice("K-2", "own", "mosp", date(2016, 11, 1))
    invoice("K-3", "own", "mosp", date(2016, 12, 1), kind="AzureSupport")
    scope = gate.scope_for(reader, subscription, Action.SEE_INVOICES)
    listed = list_invoices([subscription])
    closed, unseen = gate.closed_invoices(reader, scope, listed, Action.DOWNLOAD_INVOICE, Action.SEE_INVOICES)
    assert set(closed) == {"K-2", "K-3"}
    assert "K-1" not in unseen
    assert str(unseen["K-2"]) == "Invoices of periods before December 2016 open to the Account Administrator only."
    assert gate.everything_of(reader).why_closed(listed[0]) is None


@pytest.mark.parametrize("agreement", ["mosp", "mca", "ea", "indirect", "mpa"])
def test_the_number_of_queries_is_small_and_the_same(agreement: str) -> None:
    """Whatever the agreement and the thing."""
    ada = person(Role.READER, scope_of("own", agreement, "subscription"))
    for ask in (gate.decision_on, gate.decision_in_history):
        with CaptureQueriesContext(connection) as captured:
            ask(ada, scope_of("own", agreement, "subscription"), Action.SEE_CHARGES)
        assert len(captured) <= 10
    with CaptureQueriesContext(connection) as captured:
        gate.subscriptions_of(ada)
    assert len(captured) <= 10
