"""Who may do what: every action for every role, alone and together, in one table that is written out here again."""

from __future__ import annotations

from itertools import combinations

import pytest

from kvitto.access.decision import Allowed, Decision, NotFound, Policies, Refused, decide
from kvitto.access.matrix import MCA, MOSP, Action, Matrix
from kvitto.access.roles import ROLES, Level, Role, roles_held_on
from kvitto.language import LANGUAGES, speaking

SHARED = Policies(invoices_shared=True)
EVERY = frozenset(Role)
RESOURCE_ROLES = frozenset(roles_held_on(Level.SUBSCRIPTION))
COST_ROLES = frozenset((Role.COST_MANAGEMENT_READER, Role.COST_MANAGEMENT_CONTRIBUTOR))
UAA = frozenset((Role.USER_ACCESS_ADMINISTRATOR,))
AA = frozenset((Role.ACCOUNT_ADMINISTRATOR,))
BILLING_READERS = RESOURCE_ROLES - COST_ROLES - UAA  # Service Administrator … Billing Reader
ACCOUNT_AND_PROFILE_ROLES = frozenset(roles_held_on(Level.ACCOUNT) + roles_held_on(Level.PROFILE))
SECTION_ROLES = frozenset(roles_held_on(Level.SECTION))
CREATOR = frozenset((Role.SUBSCRIPTION_CREATOR,))
SEES_MCA_COST = frozenset((Role.OWNER, Role.CONTRIBUTOR, Role.READER)) | COST_ROLES

# roles.md §2 and §3, read once more: who may, and who may besides once others are allowed to download invoices
MAY: dict[tuple[str, Action], tuple[frozenset[Role], frozenset[Role]]] = {
    ("MOSP", Action.SEE_SUBSCRIPTION): (AA | RESOURCE_ROLES, frozenset()),
    ("MOSP", Action.SEE_INVOICES): (AA | BILLING_READERS, UAA),
    ("MOSP", Action.SEE_CHARGES): (AA | BILLING_READERS | COST_ROLES, frozenset()),
    ("MOSP", Action.DOWNLOAD_USAGE): (AA | BILLING_READERS, UAA),
    ("MOSP", Action.DOWNLOAD_INVOICE): (AA, BILLING_READERS | UAA),
    ("MCA", Action.SEE_SUBSCRIPTION): (
        ACCOUNT_AND_PROFILE_ROLES | (SECTION_ROLES - CREATOR) | RESOURCE_ROLES,
        frozenset(),
    ),
    ("MCA", Action.SEE_INVOICES): (ACCOUNT_AND_PROFILE_ROLES, frozenset()),
    ("MCA", Action.SEE_CHARGES): (ACCOUNT_AND_PROFILE_ROLES | SECTION_ROLES | SEES_MCA_COST, frozenset()),
    ("MCA", Action.DOWNLOAD_USAGE): (ACCOUNT_AND_PROFILE_ROLES, frozenset()),
    ("MCA", Action.DOWNLOAD_INVOICE): (ACCOUNT_AND_PROFILE_ROLES, frozenset()),
}
COLUMNS = {"MOSP": AA | RESOURCE_ROLES, "MCA": EVERY - AA}
MATRICES = {"MOSP": MOSP, "MCA": MCA}
CASES = [(form, action) for form in MATRICES for action in Action]


def expected(form: str, action: Action, held: frozenset[Role], policies: Policies) -> type[Decision]:
    """By the sets above: the best of the roles held counts; no role with a column means not found."""
    may, if_shared = MAY[form, action]
    if not held & COLUMNS[form]:
        return NotFound
    return Allowed if held & (may | (if_shared if policies.invoices_shared else frozenset())) else Refused


@pytest.mark.parametrize("policies", [Policies(), SHARED], ids=["not-shared", "shared"])
@pytest.mark.parametrize(("form", "action"), CASES)
def test_every_role_and_every_pair_of_roles(form: str, action: Action, policies: Policies) -> None:
    """No role, each role, and each two roles together: two never may less than one of them."""
    for held in (frozenset(), *map(frozenset, combinations(Role, 1)), *map(frozenset, combinations(Role, 2))):
        found = decide(action, held, MATRICES[form], policies)
        assert isinstance(found, expected(form, action, frozenset(held), policies)), (form, action, held)


@pytest.mark.parametrize("matrix", [MOSP, MCA])
def test_every_table_answers_every_action_for_the_same_roles(matrix: Matrix) -> None:
    """A column that is missing in one row would be no answer at all."""
    assert set(matrix.cells) == set(Action)
    assert all(set(row) == matrix.roles for row in matrix.cells.values())


def test_every_role_has_a_column_somewhere() -> None:
    """A role that can be given is known to a table."""
    assert MOSP.roles | MCA.roles == EVERY
    assert set(ROLES) == EVERY


def test_the_helpful_role_would_help() -> None:
    """What a refusal advises is allowed to the one who follows the advice, without any policy."""
    for matrix in (MOSP, MCA):
        for action in Action:
            assert isinstance(decide(action, [matrix.helpful_role[action]], matrix), Allowed)


def test_a_refusal_names_the_rule_the_role_and_who_can_give_it() -> None:
    """A section owner asks for an invoice; each name is told once."""
    refusal = decide(Action.DOWNLOAD_INVOICE, [Role.INVOICE_SECTION_OWNER], MCA)
    assert isinstance(refusal, Refused)
    assert str(refusal.phrase) == (
        "Roles on invoice sections and subscriptions never open invoices. "
        "The role “Billing profile reader” would allow it."
    )
    assert str(refusal.naming(["Saskia de Vries", "Aoife Byrne", "Aoife Byrne"]).phrase) == (
        "Roles on invoice sections and subscriptions never open invoices. "
        "The role “Billing profile reader” would allow it; Aoife Byrne and Saskia de Vries can give it."
    )


def test_a_reader_is_sent_to_the_account_administrator() -> None:
    """While others are not allowed to download, only the Account Administrator can help."""
    refusal = decide(Action.DOWNLOAD_INVOICE, [Role.READER], MOSP)
    assert isinstance(refusal, Refused)
    assert refusal.helpful_role is Role.ACCOUNT_ADMINISTRATOR
    assert str(refusal.phrase) == (
        "Others than the Account Administrator are not allowed to download invoices here. "
        "Ask the Account Administrator."
    )
    assert str(refusal.naming(["Astrid Lindqvist"]).phrase).endswith("Ask Astrid Lindqvist (Account Administrator).")


@pytest.mark.parametrize("code", LANGUAGES)
def test_refusals_can_be_said_in_every_language(code: str) -> None:
    """With every value in its place."""
    refusal = decide(Action.SEE_INVOICES, [Role.COST_MANAGEMENT_READER], MOSP)
    assert isinstance(refusal, Refused)
    with speaking(code):
        said = str(refusal.naming(["Astrid"]).phrase)
    assert "Astrid" in said
    assert "{" not in said
