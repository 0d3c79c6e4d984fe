"""What is agreed comes back as the file that declared it, for any office."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvitto.agreements.declaration.agreements_file import read_declaration
from kvitto.agreements.declaration.declared import Declaration
from kvitto.agreements.declaration.writer import as_toml
from kvitto.agreements.planning.as_declared import declaration_of
from kvitto.agreements.planning.plan import Agreements, Key, Plan, make_plan
from kvitto.agreements.planning.plan_words import plan_data, plan_sentences
from kvitto.agreements.planning.versions import Version
from tests.agreements.random_offices import RandomOffice
from tests.campaign import size

DAY = date(2024, 3, 1)


def applied(agreements: Agreements, plan: Plan) -> Agreements:
    """What is agreed once the plan is recorded."""
    versions: dict[Key, tuple[Version, ...]] = defaultdict(tuple, agreements.versions)
    versions |= {change.key: change.versions for change in plan.changes}
    people = dict(agreements.people) | {each.email: each for each in (*plan.people_added, *plan.people_changed)}
    groups = dict(agreements.groups) | {change.group.id: change.group for change in plan.groups_changed}
    set_now = {(each.declared.scope, each.declared.policy): each.declared.value for each in plan.policies_set}
    roles = (agreements.roles - set(plan.roles_withdrawn)) | set(plan.roles_granted)
    return Agreements(versions, roles, people, groups, {**agreements.policies, **set_now})


def read_again(declaration: Declaration) -> Declaration:
    """The declaration, written to a file and read from it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "agreements.toml"
        path.write_text(as_toml(declaration), encoding="utf-8")
        return read_declaration(path)


@pytest.mark.campaign
@settings(max_examples=size(sample=60, full=12_000), deadline=None)
@given(st.integers(0, 10**9))
def test_any_office_survives_its_own_file(seed: int) -> None:
    """Declared, written and read; applied and written back; applied once more: always the same."""
    declared = RandomOffice(Random(seed)).declaration()  # noqa: S311 - nothing is secret here
    assert read_again(declared).in_order() == declared
    plan = make_plan(Agreements(), declared, DAY)
    agreements = applied(Agreements(), plan)
    assert declaration_of(agreements) == declared
    assert not make_plan(agreements, read_again(declared), DAY).changes_anything
    assert plan_data(plan)["changes"]
    assert all(str(sentence) for sentence in plan_sentences(plan))
