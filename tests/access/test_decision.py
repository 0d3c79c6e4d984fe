"""Who may do what: every role on every thing for every action under every policy, against the book."""

from __future__ import annotations

from itertools import chain, combinations

import pytest

from kvitto.access.actions import Action
from kvitto.access.decision import Allowed, Decision, Held, NotFound, Place, Policies, Refused, decide
from kvitto.access.matrices import EA, GROUPS, MCA, MOSP, MPA
from kvitto.access.matrix import Matrix
from kvitto.access.policies import Policy
from kvitto.access.roles import ABOVE, ROLES, Level, Role, roles_held_on
from kvitto.language import LANGUAGES, speaking
from tests.access.roles_by_the_book import BOOK, COUNTING, HELD_ON, NAMES, POLICIES, REACHED_FROM, may

MATRICES = {"MOSP": MOSP, "MCA": MCA, "EA": EA, "MPA": MPA}
PLACES = [(agreement, level) for agreement, levels in REACHED_FROM.items() for level in levels]


def every_state(agreement: str) -> list[frozenset[str]]:
    """Every combination of the policies that count under an agreement."""
    letters = POLICIES[agreement]
    return [frozenset(on) for size in range(len(letters) + 1) for on in combinations(letters, size)]


def place(
    agreement: str,
    level: str,
    on: frozenset[str] = frozenset(),
    *,
    invoice_is_old: bool = False,
    invoice_is_support: bool = False,
) -> Place:
    """The place with these policies on; `i` is a direct enrollment."""
    policies = Policies(
        invoices_shared="s" in on,
        departments_view_charges="d" in on,
        accounts_view_charges="a" in on,
        customer_views_charges="c" in on,
        prices_released="r" in on,
    )
    indirect = agreement == "EA" and "i" not in on
    return Place(MATRICES[agreement], Level(level), policies, indirect, invoice_is_old, invoice_is_support)


def held(*columns: str) -> list[Held]:
    """These roles, each on the thing it is held on."""
    return [Held(NAMES[column], Level(HELD_ON[column])) for column in columns]


def expected(agreement: str, level: str, action: str, column: str, on: frozenset[str]) -> type[Decision]:
    """By the book: nothing of a role that does not count or does not reach; else yes or no."""
    if column not in COUNTING[agreement] or HELD_ON[column] not in REACHED_FROM[agreement][level].split():
        return NotFound
    return Allowed if may(agreement, action, column, on) else Refused


@pytest.mark.parametrize(("agreement", "level"), PLACES)
def test_every_role_by_the_book(agreement: str, level: str) -> None:
    """Every role of every agreement, every action, every combination of policies."""
    wrong = [
        (action.value, column, sorted(on))
        for on in every_state(agreement)
        for action in Action
        for column in NAMES
        if type(decide(action, held(column), place(agreement, level, on)))
        is not expected(agreement, level, action.value, column, on)
    ]
    assert wrong == []


@pytest.mark.parametrize("agreement", MATRICES)
def test_two_roles_together_are_the_better_of_the_two(agreement: str) -> None:
    """But for what is said below of department administrators, and of prices while choosing a resource."""
    columns = [column for column in COUNTING[agreement] if column not in {"DA", "DR"}]
    actions = [action for action in Action if action is not Action.SEE_CONTRACT_PRICES]
    for on in every_state(agreement):
        here = place(agreement, "subscription", on)
        for first, second in combinations(columns, 2):
            for action in actions:
                alone = may(agreement, action, first, on) or may(agreement, action, second, on)
                together = isinstance(decide(action, held(first, second), here), Allowed)
                # to the partner, prices are open whatever else the partner holds, also before they are released
                is_partner = "PA" in {first, second}
                assert together >= alone if is_partner else together == alone, (action, first, second, on)


def test_nobody_without_a_role_learns_anything() -> None:
    """No role, under every agreement, for everything."""
    for agreement, level in PLACES:
        assert all(decide(action, [], place(agreement, level)) == NotFound() for action in Action)


@pytest.mark.parametrize("other", ["AO", "Ow", "Co", "Re", "MR", "MC"])
def test_department_users_see_cost_at_no_level_while_their_policy_is_off(other: str) -> None:
    """Even if they are account or subscription owners, and account owners view charges (roles.md §4)."""
    for column in ("DA", "DR"):
        for action in (Action.SEE_CHARGES, Action.SEE_BUDGETS):
            shut = decide(action, held(column, other), place("EA", "subscription", frozenset("ai")))
            assert isinstance(shut, Refused)
            assert shut.policy is Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES
            opened = decide(action, held(column, other), place("EA", "subscription", frozenset("dai")))
            assert isinstance(opened, Allowed)
    whole = decide(Action.SEE_CHARGES, held("DA", "EA"), place("EA", "subscription", frozenset("i")))
    assert isinstance(whole, Allowed)


PRICES_SHOWN = [  # roles.md §4, “Pricing seen in the portal”: role, its policy, Owner of the subscription, prices shown
    ("EA", False, False, True),
    ("EA", False, True, True),
    ("EA", True, False, True),
    ("EA", True, True, True),
    *((column, True, True, True) for column in ("DA", "DR", "AO")),
    *((column, False, True, False) for column in ("DA", "DR", "AO")),
    *((column, policy, False, False) for column in ("DA", "DR", "AO") for policy in (True, False)),
    ("", True, True, False),
    ("", False, True, False),
]


@pytest.mark.parametrize(("column", "policy", "owner", "contract"), PRICES_SHOWN)
def test_prices_seen_while_choosing_a_resource(column: str, policy: bool, owner: bool, contract: bool) -> None:  # noqa: FBT001
    """Contract prices or none: never retail prices in their place."""
    columns = [*([column] if column else []), *(["Ow"] if owner else [])]
    on = frozenset("dai") if policy else frozenset("i")
    found = decide(Action.SEE_CONTRACT_PRICES, held(*columns), place("EA", "subscription", on))
    assert isinstance(found, Allowed) is contract


@pytest.mark.parametrize("on", every_state("MOSP"))
@pytest.mark.parametrize("action", [Action.SEE_INVOICES, Action.DOWNLOAD_INVOICE])
def test_old_and_support_invoices_are_the_account_administrators(action: Action, on: frozenset[str]) -> None:
    """Also while others are allowed to download; under other agreements age and kind change nothing."""
    for more in ({"invoice_is_old": True}, {"invoice_is_support": True}):
        for column in COUNTING["MOSP"]:
            answer = decide(action, held(column), place("MOSP", "subscription", on, **more))
            assert isinstance(answer, Allowed if column == "AA" else Refused), column
        for agreement, level in (("MCA", "billing_profile"), ("EA", "billing_account"), ("MPA", "billing_profile")):
            for column in COUNTING[agreement]:
                same = place(agreement, level, frozenset("i"))
                other = place(agreement, level, frozenset("i"), **more)
                assert type(decide(action, held(column), same)) is type(decide(action, held(column), other))


def test_a_role_counts_only_where_its_directory_is_looked_from() -> None:
    """A billing account of another directory is not found; those who help may learn why (N12)."""
    elsewhere = [Held(Role.BILLING_ACCOUNT_OWNER, Level.ACCOUNT, in_directory=False)]
    answer = decide(Action.SEE_INVOICES, elsewhere, place("MCA", "billing_profile"))
    assert answer == NotFound(in_other_directory=True)
    here = [*elsewhere, Held(Role.BILLING_PROFILE_READER, Level.PROFILE)]
    assert isinstance(decide(Action.SEE_INVOICES, here, place("MCA", "billing_profile")), Allowed)
    assert decide(Action.SEE_INVOICES, [], place("MCA", "billing_profile")) == NotFound()


def test_roles_on_a_management_group_reach_its_subscriptions_and_groups() -> None:
    """Of resource roles alone; cost of a group waits for its enrollments to let account owners view charges."""
    on_group = [Held(Role.READER, Level.MANAGEMENT_GROUP)]
    for agreement in MATRICES:
        on = frozenset(POLICIES[agreement])
        assert isinstance(decide(Action.SEE_CHARGES, on_group, place(agreement, "subscription", on)), Allowed)
    for views, answer in ((True, Allowed), (False, Refused)):
        group = Place(GROUPS, Level.MANAGEMENT_GROUP, Policies(accounts_view_charges=views))
        assert isinstance(decide(Action.SEE_CHARGES, on_group, group), answer)
        assert decide(Action.SEE_CHARGES, [Held(Role.READER, Level.SUBSCRIPTION)], group) == NotFound()


def test_a_customer_sees_cost_at_list_prices() -> None:
    """Never at what the partner pays; the partner sees its own."""
    here = place("MPA", "subscription", frozenset("c"))
    assert decide(Action.SEE_CHARGES, held("Re"), here) == Allowed(at_list_prices=True)
    assert decide(Action.SEE_CHARGES, held("AG"), here) == Allowed()
    assert decide(Action.SEE_CHARGES, held("AG", "Re"), here) == Allowed()


def test_every_level_knows_what_it_stands_under() -> None:
    """As the places of the book do."""
    for agreement, levels in REACHED_FROM.items():
        for level, above in levels.items():
            assert set(above.split()) <= {level, *ABOVE[Level(level)]}, agreement


@pytest.mark.parametrize("matrix", [*MATRICES.values(), GROUPS])
def test_every_row_answers_for_the_same_roles(matrix: Matrix) -> None:
    """A column that is missing in one row would be no answer at all."""
    assert all(set(row) == matrix.roles for row in matrix.cells.values())


def test_every_action_and_every_role_stands_in_some_table() -> None:
    """In the program's tables and in the book alike."""
    assert set(chain.from_iterable(matrix.cells for matrix in MATRICES.values())) == set(Action)
    assert {action for rows in BOOK.values() for action in rows} == {action.value for action in Action}
    assert frozenset().union(*(matrix.roles for matrix in MATRICES.values())) == frozenset(Role) == set(ROLES)
    assert set(NAMES.values()) == set(Role)


def test_a_role_is_held_on_what_the_book_says() -> None:
    """Resource roles on management groups besides; the Account Administrator is a fact of the account."""
    for column, level in HELD_ON.items():
        assert ROLES[NAMES[column]].level == level
        assert NAMES[column] in roles_held_on(level) or column == "AA"


def test_what_is_advised_would_help() -> None:
    """Whoever follows the advice of a refusal, alone, is allowed; and a policy that is named would open it."""
    for agreement, level in PLACES:
        for on in every_state(agreement):
            for column in COUNTING[agreement]:
                for action in Action:
                    here = place(agreement, level, on)
                    answer = decide(action, held(column), here)
                    if isinstance(answer, Refused) and answer.helpful_role and not answer.policy:
                        advised = [Held(answer.helpful_role, ROLES[answer.helpful_role].level)]
                        assert isinstance(decide(action, advised, here), Allowed), (agreement, level, on, action)
                    if isinstance(answer, Refused) and answer.policy:
                        opened = place(agreement, level, frozenset(POLICIES[agreement]))
                        assert isinstance(decide(action, held(column), opened), Allowed)


def test_a_refusal_names_the_rule_the_role_and_who_can_give_it() -> None:
    """A section owner asks for an invoice; each name is told once."""
    refusal = decide(Action.DOWNLOAD_INVOICE, held("so"), place("MCA", "subscription"))
    assert isinstance(refusal, Refused)
    assert str(refusal.phrase) == (
        "Roles on invoice sections and subscriptions never open invoices. "
        "The role “Billing profile reader” would allow it."
    )
    assert str(refusal.naming(["Saskia de Vries", "Aoife Byrne", "Aoife Byrne"]).phrase) == (
        "Roles on invoice sections and subscriptions never open invoices. "
        "The role “Billing profile reader” would allow it; Aoife Byrne and Saskia de Vries can give it."
    )


SENTENCES = [
    (
        "MOSP", "subscription", "", "Re", Action.DOWNLOAD_INVOICE,
        ("Others than the Account Administrator are not allowed to download invoices here. Ask the Account "
        "Administrator."),
    ),
    (
        "EA", "subscription", "i", "AO", Action.SEE_INVOICES,
        "Invoices of an enrollment open to its enterprise administrators only. Ask the Enterprise administrator.",
    ),
    (
        "EA", "subscription", "i", "AO", Action.SEE_CHARGES,
        "The enrollment does not let account owners view charges. Ask the Enterprise administrator.",
    ),
    (
        "EA", "billing_account", "r", "EA", Action.DOWNLOAD_INVOICE,
        ("This enrollment was bought through a partner, who receives its invoices and hands on a copy. "
        "Ask the Partner administrator."),
    ),
    (
        "EA", "billing_account", "", "EA", Action.SEE_CHARGES,
        "The partner has not released the prices of this enrollment yet. Ask the Partner administrator.",
    ),
    (
        "MPA", "subscription", "c", "Ow", Action.DOWNLOAD_INVOICE,
        "The partner you buy from receives the invoices and usage files. Ask the partner for a copy.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("agreement", "level", "on", "column", "action", "sentence"), SENTENCES)
def test_what_a_refusal_says(agreement: str, level: str, on: str, column: str, action: Action, sentence: str) -> None:
    """The rule of the agreement, and whom to ask."""
    refusal = decide(action, held(column), place(agreement, level, frozenset(on)))
    assert isinstance(refusal, Refused)
    assert str(refusal.phrase) == sentence


def test_whom_to_ask_is_told_by_name() -> None:
    """While others are not allowed to download, only the Account Administrator can help."""
    refusal = decide(Action.DOWNLOAD_INVOICE, held("Re"), place("MOSP", "subscription"))
    assert isinstance(refusal, Refused)
    assert refusal.helpful_role is Role.ACCOUNT_ADMINISTRATOR
    assert str(refusal.naming(["Astrid Lindqvist"]).phrase).endswith("Ask Astrid Lindqvist (Account Administrator).")


@pytest.mark.parametrize("code", LANGUAGES)
def test_refusals_can_be_said_in_every_language(code: str) -> None:
    """With every value in its place."""
    refusal = decide(Action.SEE_INVOICES, held("MR"), place("MOSP", "subscription"))
    assert isinstance(refusal, Refused)
    with speaking(code):
        said = str(refusal.naming(["Astrid"]).phrase)
    assert "Astrid" in said
    assert "{" not in said
