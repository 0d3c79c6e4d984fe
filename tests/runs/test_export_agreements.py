"""Agreements come back as the file that made them, and an account becomes another one as the reference says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kvitto.access.roles import Role
from kvitto.agreements.declaration.agreements_file import read_declaration
from kvitto.agreements.declaration.writer import as_toml
from kvitto.agreements.hierarchy import AgreementType, Scope, ScopeKind
from kvitto.agreements.offers import OfferKind
from kvitto.periods import Period
from kvitto.records.agreements import invoice_scope_of_subscription, tree
from kvitto.records.invoices import load
from kvitto.records.models import InvoiceRecord, RoleAssignment
from kvitto.runs.apply_agreements import UnableToApply, apply
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.export_agreements import UnableToExport, export, migration
from kvitto.runs.office import Office
from tests.agreements.example_file import ALL, CREDIT, ENTERPRISE, EXAMPLE, PARTNER, changed, example, written
from tests.agreements.random_offices import RandomOffice
from tests.campaign import size
from tests.runs import offices

MakeOffice = Callable[..., Office]
pytestmark = [pytest.mark.django_db, pytest.mark.database]
DAY_1, DAY_2, MOVE = date(2024, 3, 1), date(2024, 3, 20), date(2024, 4, 10)


@pytest.mark.parametrize("text", [EXAMPLE, ENTERPRISE, PARTNER, CREDIT, ALL])
def test_an_export_says_what_was_declared(office: MakeOffice, tmp_path: Path, text: str) -> None:
    """Applied again it changes nothing; read again it says the same."""
    apply(office(clock=DAY_1), written(tmp_path, text))
    declared = read_declaration(tmp_path / "agreements.toml").in_order()
    exported = export(office(clock=DAY_2))
    assert not exported.still_to_come
    path = written(tmp_path, exported.text)
    assert not apply(office(clock=DAY_2), path).changes_anything
    found = read_declaration(path).in_order()
    assert (found.accounts, found.subscriptions, found.roles, found.lots, found.policies, found.rates) == (
        declared.accounts,
        declared.subscriptions,
        declared.roles,
        declared.lots,
        declared.policies,
        declared.rates,
    )


@pytest.mark.campaign
@settings(max_examples=size(sample=5, full=500), deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**9))
def test_any_office_is_exported_whole(office: MakeOffice, tmp_path: Path, seed: int) -> None:
    """Whatever is declared comes back from the database, digit by digit."""
    from django.db import transaction

    declared = RandomOffice(Random(seed)).declaration()  # noqa: S311 - nothing is secret here
    made = office(clock=DAY_1)
    with transaction.atomic():
        apply(made, written(tmp_path, as_toml(declared)))
        path = written(tmp_path, export(made).text)
        assert read_declaration(path).in_order() == declared
        assert not apply(made, path).changes_anything
        transaction.set_rollback(True)


def test_an_export_can_be_of_an_earlier_day(office: MakeOffice, tmp_path: Path) -> None:
    """With the terms and the roles of that day; what changed later is named."""
    apply(office(clock=DAY_1), written(tmp_path, EXAMPLE))
    text = example(('"HA-2024-0117"', '"HA-2"'), ('role = "reader"', 'role = "contributor"'))
    apply(office(clock=DAY_2), written(tmp_path, text))
    earlier = export(office(clock=DAY_2), DAY_1)
    assert read_declaration(written(tmp_path, earlier.text)).profiles[0].purchase_order == "HA-2024-0117"
    assert 'role = "reader"' in earlier.text
    assert earlier.still_to_come == {("billing_profile", "utrecht"): DAY_2}
    assert not export(office(clock=DAY_2)).still_to_come


def test_an_office_without_agreements_has_nothing_to_export(office: MakeOffice) -> None:
    """Said in a sentence."""
    with pytest.raises(UnableToExport, match="Nothing is agreed yet"):
        export(office(clock=DAY_1))


def test_mosp_becomes_mca(office: MakeOffice, tmp_path: Path) -> None:
    """A profile and a section for each subscription; the administrator owns the account, and readers read the profile.

    Applied before the day, after it, or in its own export, the file changes nothing more.
    """
    shared = example(
        ("started_on = 2023-12-05", 'policies = { allow-others-to-download-invoice = "on" }\nstarted_on = 2023-12-05')
    )
    made = office(clock=DAY_1)
    apply(made, written(tmp_path, shared))
    found = migration(made, "lindqvist", MOVE)
    assert str(found.consequences[0]) == "2 subscriptions move."
    assert any("OSBench (os-bench) is Monthly credit until then" in str(each) for each in found.consequences)
    path = written(tmp_path, found.text)
    assert apply(made, path) == found.plan
    now = tree()
    assert (now.accounts["lindqvist"].moved_to, now.accounts["lindqvist"].moved_on) == ("lindqvist-mca", MOVE)
    assert now.accounts["lindqvist-mca"].agreement is AgreementType.MCA
    before, after = (invoice_scope_of_subscription("pg-lab", on=day) for day in (date(2024, 4, 9), MOVE))
    assert before is not None
    assert after is not None
    assert before.scope == Scope(ScopeKind.SUBSCRIPTION, "pg-lab")
    assert after.scope == Scope(ScopeKind.BILLING_PROFILE, "pg-lab-profile")
    assert (after.payment_terms_days, after.currency, after.bill_to.name) == (30, "USD", "Lindqvist Databaser AB")
    assert now.subscriptions["os-bench"].offer.kind is OfferKind.PAY_AS_YOU_GO
    held = RoleAssignment.objects.filter(superseded_in=None, valid_to=None)
    given = set(held.values_list("role", "scope_key", "person__email"))
    assert {
        ("account-administrator", "lindqvist", "astrid@lindqvist.example"),
        ("billing-account-owner", "lindqvist-mca", "astrid@lindqvist.example"),
        ("billing-profile-reader", "pg-lab-profile", "erik@lindqvist.example"),
        ("reader", "pg-lab", "erik@lindqvist.example"),
    } <= given
    assert not [each for each in given if each[1] == "os-bench-profile"]
    for day in (DAY_2, MOVE, date(2024, 5, 1)):
        assert not apply(office(clock=day), path).changes_anything
    assert not export(made).still_to_come
    assert not apply(made, written(tmp_path, export(made).text)).changes_anything


def test_without_the_switch_nobody_reads_the_profile(office: MakeOffice, tmp_path: Path) -> None:
    """The role on the subscription alone opened no invoice before, and opens none now."""
    made = office(clock=DAY_1)
    apply(made, written(tmp_path, EXAMPLE))
    assert "billing-profile-reader" not in migration(made, "lindqvist", MOVE).text


def test_an_enrollment_becomes_mca(office: MakeOffice, tmp_path: Path) -> None:
    """Departments become sections; accounts outside them share the default one, and live on as cost centers."""
    more = (
        '[[enterprise_agreements.accounts.subscriptions]]\nid = "head"\nname = "Head"\nstarted_on = 2024-01-15\n'
        '[[enterprise_agreements.departments.accounts]]\nid = "hall"\nname = "Hall"\n'
        'owner = "astrid@lindqvist.example"\n'
    )
    made = office(clock=DAY_1)
    apply(made, written(tmp_path, ENTERPRISE + more))
    found = migration(made, "kontinuum", date(2024, 4, 1))
    assert any("kontinuum-2024 stays behind" in str(each) for each in found.consequences)
    apply(made, written(tmp_path, found.text))
    now = tree()
    assert {key: each.name for key, each in now.sections.items()} == {
        "kontinuum-research-section": "Research",
        "kontinuum-default-section": "Default invoice section",
    }
    simulation, head = now.subscriptions["kontinuum-simulation"], now.subscriptions["head"]
    assert (simulation.section_id, simulation.cost_center) == ("kontinuum-research-section", "4110")
    assert (head.section_id, head.cost_center, head.enrollment_account_id) == (
        "kontinuum-default-section",
        "Head office",
        "",
    )
    assert now.profiles["kontinuum-profile"].purchase_order == "KI-2024"
    held = RoleAssignment.objects.filter(superseded_in=None, valid_to=None, scope_key__contains="-section")
    assert set(held.values_list("role", "scope_key", "person__email")) == {
        (Role.INVOICE_SECTION_OWNER, "kontinuum-research-section", "astrid@lindqvist.example"),
        (Role.INVOICE_SECTION_OWNER, "kontinuum-default-section", "astrid@lindqvist.example"),
        (Role.INVOICE_SECTION_OWNER, "kontinuum-research-section", "erik@lindqvist.example"),
        (Role.SUBSCRIPTION_CREATOR, "kontinuum-research-section", "erik@lindqvist.example"),
        (Role.SUBSCRIPTION_CREATOR, "kontinuum-research-section", "astrid@lindqvist.example"),
    }
    owners = RoleAssignment.objects.filter(role="billing-profile-owner", superseded_in=None)
    assert [each.scope_key for each in owners] == ["kontinuum-profile"]
    assert not apply(made, written(tmp_path, export(made).text)).changes_anything


def test_an_account_does_not_move_before_what_is_invoiced(office: MakeOffice, tmp_path: Path) -> None:
    """The day must lie on or after the end of the latest invoice."""
    made = office(clock=DAY_2)
    apply(made, written(tmp_path, EXAMPLE))
    InvoiceRecord.objects.create(
        number="K-1",
        scope_kind="subscription",
        scope_key="pg-lab",
        account_key="lindqvist",
        period_start=date(2024, 2, 5),
        period_end=date(2024, 3, 5),
        issue_date=DAY_2,
        due_date=DAY_2,
        issued_at=datetime(2024, 3, 10, tzinfo=UTC),
        currency="USD",
        payable_minor=1,
        currency_decimals=2,
        total_unrounded=Decimal("0.01"),
        usage_sequence=1,
        revision=1,
        facts="{}",
        facts_digest="0" * 64,
    )
    with pytest.raises(UnableToApply, match="because the days of the subscription before 5 March 2024 are invoiced"):
        migration(made, "lindqvist", date(2024, 3, 1))
    assert migration(made, "lindqvist", date(2024, 3, 5)).plan.changes


def test_what_cannot_become_mca_is_said(office: MakeOffice, tmp_path: Path) -> None:
    """Neither the unknown, nor MCA itself, nor what has moved already; nor while a subscription would stay behind."""
    made = office(clock=DAY_1)
    apply(made, written(tmp_path, EXAMPLE))
    for account, sentence in (
        ("nobody", "There is no account nobody"),
        ("harbour", "harbour is of the form Microsoft"),
    ):
        with pytest.raises(UnableToExport, match=sentence):
            migration(made, account, MOVE)
    text = migration(made, "lindqvist", MOVE).text
    forgotten = changed(text, ('id = "os-bench"', 'id = "os-bench-2"'))
    with pytest.raises(UnableToApply, match="os-bench: it stands under account lindqvist, which becomes lindqvist-mca"):
        apply(made, written(tmp_path, forgotten))
    apply(made, written(tmp_path, text))
    with pytest.raises(UnableToExport, match="lindqvist already became lindqvist-mca"):
        migration(made, "lindqvist", MOVE)


def test_every_day_of_use_is_invoiced_once_across_the_change(office: MakeOffice) -> None:
    """Until the day by the subscription, from it on by its billing profile."""
    made = offices.made(office(clock=DAY_1))
    on_10_march = offices.at(made, date(2024, 3, 10))
    close(on_10_march)
    found = migration(on_10_march, "daugava", date(2024, 3, 11))
    apply(on_10_march, offices.written(made, "moved.toml", found.text))
    rows = (
        "20,lab,vm1,cpu,10,2024-03-10T23:00:00Z",
        "21,lab,vm1,cpu,20,2024-03-11T00:00:00Z",
        "22,lab,vm1,cpu,40,2024-03-31T23:00:00Z",
    )
    offices.import_rows(offices.at(made, date(2024, 4, 1)), rows, "later.csv")
    close(offices.at(made, date(2024, 4, 20)))
    invoices = [load(number) for number in InvoiceRecord.objects.order_by("number").values_list("number", flat=True)]
    billed = {
        (invoice.subscription_id or invoice.profile_id, invoice.period, line.quantity)
        for invoice in invoices
        for section in invoice.sections
        for line in section.lines
        if line.subscription_id == "lab" and invoice.period.start >= DAY_1
    }
    assert billed == {
        ("lab", Period(DAY_1, date(2024, 3, 11)), Decimal(10)),
        ("lab-profile", Period(DAY_1, date(2024, 4, 1)), Decimal(60)),
    }
