"""The portal's map: its areas, and the menu of the scope that one stands in.

Two tables say everything. `AREAS` are the pages that stand for themselves (at the top of the menu and in the search);
`ENTRIES` are the pages that a scope has, under its name. What is shown follows from the tables, from what the person
may do, and from which pages exist: a row whose url name nobody has defined shows nothing.

How a family joins:

- Give the pages of a scope url names that begin with its kind: `billing_account_credits` for
  `billing-accounts/<id>/credits/`, with the id as the one argument; or one name for all kinds, such as
  `access_control`, with the plural and the id.
- Add a row to `ENTRIES`: the entry's name, its title, the url name with `{kind}` in place of the kind, and for each
  kind of scope the action that opens it, narrowed to forms of agreement where others do not have the page.
- On the page, put into the context `standing`, the `Scope` (or `InvoiceScope`, or `ScopePath`) one stands in; without
  it `scope` is taken. `here` is the name of the entry (or area), and `place` names something below it: a period, a
  number. The template says `{% block where %}{% include "portal/where.html" %}{% endblock %}`.
- A page beside the scopes is a row of `AREAS`, with words by which it is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse

from kvitto.access.actions import Action
from kvitto.access.giving import action_to_see
from kvitto.access.roles import Level, Role
from kvitto.agreements.hierarchy import AgreementType, InvoiceScope, Scope, ScopeKind
from kvitto.language import Phrase, phrase
from kvitto.portal.address_parts import INVOICE_PAGES, PLURALS
from kvitto.portal.scope_words import kind_of, name_of
from kvitto.records import gate
from kvitto.records.access_view import MATRICES
from kvitto.records.scope_path import ScopePath, doors_of, path_to

if TYPE_CHECKING:
    from kvitto.records.access_view import HeldOn
    from kvitto.records.models import Person

ACCOUNT, PROFILE, SECTION = ScopeKind.BILLING_ACCOUNT, ScopeKind.BILLING_PROFILE, ScopeKind.INVOICE_SECTION
DEPARTMENT, OWNER, CUSTOMER = ScopeKind.DEPARTMENT, ScopeKind.ENROLLMENT_ACCOUNT, ScopeKind.CUSTOMER
SUBSCRIPTION = ScopeKind.SUBSCRIPTION
MOSP, MCA, EA, MPA = AgreementType.MOSP, AgreementType.MCA, AgreementType.EA, AgreementType.MPA

_EVERY_AGREEMENT = frozenset(AgreementType)
_PARTNERS = frozenset((
    Role.GLOBAL_ADMINISTRATOR, Role.ADMIN_AGENT, Role.BILLING_ADMINISTRATOR, Role.SALES_AGENT, Role.HELPDESK_AGENT,
))  # fmt: skip
_BILLING = frozenset((ACCOUNT, PROFILE, SECTION, DEPARTMENT, OWNER, CUSTOMER))


@dataclass(frozen=True)
class Area:
    """A page that stands for itself. `roles`: who holds one of them has it, empty: everyone. `words`: see the search.

    `agreement`: the roles count where they are held under it, in the directory that the person looks from. `in_menu`:
    it stands at the top of the menu; others are only found. `lists`: it is in the menu of those who hold a role on one
    of these kinds, because to others it has nothing to list; empty: of everyone who has it.
    """

    name: str
    title: Phrase
    url_name: str
    words: Phrase
    roles: frozenset[Role] = frozenset()
    is_operators: bool = False
    in_menu: bool = True
    agreement: AgreementType | None = None
    lists: frozenset[ScopeKind] = frozenset()

    @property
    def address(self) -> str:
        """Where it is; empty if there is no such page."""
        return _address(self.url_name)

    def is_for(self, person: Person, held: HeldOn) -> bool:
        """True if it is there and this person has it."""
        if not self.address or (self.is_operators and not person.is_operator):
            return False
        if not self.roles:
            return True
        scopes = [scope for scope, roles in held.items() if self.roles.intersection(roles)]
        if self.agreement is None or not scopes:
            return bool(scopes)
        paths = map(doors_of(person, scopes, held).path, scopes)
        return any(path and path.agreement is self.agreement and path.is_related for path in paths)

    def is_in_menu_of(self, person: Person, held: HeldOn) -> bool:
        """True if it stands in the menu of this person."""
        has_rows = not self.lists or any(scope.kind in self.lists for scope in held)
        return self.in_menu and has_rows and self.is_for(person, held)


AREAS = (
    Area("home", phrase("Home"), "home", phrase("start, overview, attention")),
    Area("subscriptions", phrase("Subscriptions"), "subscriptions", phrase("subscription, invoice download, usage")),
    Area(
        "billing", phrase("Cost Management + Billing"), "billing_scopes",
        phrase("billing account, billing profile, enrollment, agreement, invoice, billing scopes"), lists=_BILLING,
    ),
    Area("invoices", phrase("Invoices"), "all_invoices", phrase("invoice, bill, PDF, download"), in_menu=False),
    Area(
        "account_center", phrase("Account Center"), "account_center",
        phrase("billing history, statement, download usage"), frozenset((Role.ACCOUNT_ADMINISTRATOR,)),
    ),
    Area(
        "partner_center", phrase("Partner Center"), "partner_center",
        phrase("customers, reconciliation, daily rated usage"), _PARTNERS, agreement=MPA,
    ),
    Area("requests", phrase("Requests"), "requests", phrase("request a copy, access, ask"), in_menu=False),
    Area("downloads", phrase("Downloads"), "downloads", phrase("files, prepared, ZIP"), in_menu=False),
    Area(
        "profile", phrase("Profile"), "profile",
        phrase("name, address, language, communication preferences, e-mail"), in_menu=False,
    ),
    Area(
        "password", phrase("Change password"), "account_change_password", phrase("password, sign in"), in_menu=False
    ),
    Area("operator", phrase("Operator"), "operator", phrase("office, usage, closing, people"), is_operators=True),
)  # fmt: skip
"""Every page that stands for itself, in the order of the menu."""


@dataclass(frozen=True)
class Opening:
    """What opens an entry on one kind of scope, and under which forms of agreement there is such a page."""

    action: Action
    agreements: frozenset[AgreementType] = _EVERY_AGREEMENT


@dataclass(frozen=True)
class Entry:
    """A page of a scope. `url_name`: with `{kind}`, or by kind; `is_setting`: it stands under “Settings”."""

    name: str
    title: Phrase
    url_name: str | Mapping[ScopeKind, str]
    openings: Mapping[ScopeKind, tuple[Opening, ...]]
    is_setting: bool = False

    def address(self, scope: Scope) -> str:
        """Where the page of this scope is; empty if there is none."""
        named = self.url_name if isinstance(self.url_name, str) else self.url_name.get(scope.kind, "")
        name = named.format(kind=scope.kind.value)
        return _address(name, scope.id) or _address(name, PLURALS.get(scope.kind, ""), scope.id)

    def opens(self, path: ScopePath) -> bool:
        """True if the scope has such a page and the person may open it."""
        openings = self.openings.get(path.scope.kind, ())
        return any(path.agreement in one.agreements and path.may(one.action) for one in openings)


def on(action: Action, *agreements: AgreementType) -> tuple[Opening, ...]:
    """Opened by this action; under these agreements only, if any are named."""
    return (Opening(action, frozenset(agreements) or _EVERY_AGREEMENT),)


PROPERTIES: Mapping[ScopeKind, tuple[Opening, ...]] = {
    ACCOUNT: (
        *on(Action.SEE_ACCOUNT_ROLES, MCA, EA),
        *on(Action.USE_ACCOUNT_CENTER, MOSP),  # billing information of the account is the Account Administrator's
        *on(Action.MANAGE_CUSTOMERS, MPA),
    ),
    PROFILE: (*on(Action.SEE_PROFILE_ROLES, MCA), *on(Action.MANAGE_CUSTOMERS, MPA)),
    SECTION: on(Action.SEE_SECTION_ROLES),
    DEPARTMENT: on(Action.SEE_DEPARTMENT_ROLES),
    OWNER: on(Action.SEE_ENROLLMENT_ACCOUNTS),
    CUSTOMER: on(Action.MANAGE_CUSTOMERS),
}
"""Who sees the properties of what."""


def _seen_by(kind: ScopeKind) -> tuple[Opening, ...]:
    """Who sees who has access to things of this kind, under each agreement."""
    actions = ((action_to_see(MATRICES[agreement], Level(kind)), agreement) for agreement in AgreementType)
    return tuple(Opening(action, frozenset((agreement,))) for action, agreement in actions if action)


_SEEN = Action.SEE_SUBSCRIPTION
ENTRIES = (
    Entry(
        "overview", phrase("Overview"), "{kind}_overview",
        dict.fromkeys((ACCOUNT, PROFILE, SECTION, DEPARTMENT, OWNER, CUSTOMER, SUBSCRIPTION), on(_SEEN)),
    ),
    Entry("profiles", phrase("Billing profiles"), "{kind}_profiles", {ACCOUNT: on(_SEEN, MCA, MPA)}),
    Entry("sections", phrase("Invoice sections"), "{kind}_sections", {PROFILE: on(Action.SEE_SECTIONS, MCA)}),
    Entry("customers", phrase("Customers"), "{kind}_customers", {PROFILE: on(Action.MANAGE_CUSTOMERS, MPA)}),
    Entry("departments", phrase("Departments"), "{kind}_departments", {ACCOUNT: on(Action.SEE_DEPARTMENT_ROLES, EA)}),
    Entry(
        "accounts", phrase("Accounts"), "{kind}_accounts",
        {ACCOUNT: on(Action.SEE_ENROLLMENT_ACCOUNTS, EA), DEPARTMENT: on(Action.SEE_ENROLLMENT_ACCOUNTS)},
    ),
    Entry(
        "invoices", phrase("Invoices"), INVOICE_PAGES,
        {
            ACCOUNT: on(Action.SEE_INVOICES, EA),
            PROFILE: on(Action.SEE_INVOICES),
            SUBSCRIPTION: on(Action.SEE_INVOICES, MOSP),
        },
    ),
    Entry("partner_customer", phrase("Partner Center"), "partner_{kind}", {CUSTOMER: on(_SEEN, MPA)}),
    Entry(
        "usage", phrase("Usage"), "{kind}_usage",
        {
            PROFILE: on(Action.SEE_CHARGES),
            SECTION: on(Action.SEE_CHARGES),
            CUSTOMER: on(Action.SEE_CHARGES),
            SUBSCRIPTION: on(Action.SEE_CHARGES),
            ACCOUNT: on(Action.SEE_CHARGES, EA),
            DEPARTMENT: on(Action.SEE_CHARGES),
            OWNER: on(Action.SEE_CHARGES),
        },
    ),
    Entry(
        "usage_and_charges", phrase("Usage + charges"), "{kind}_usage_and_charges",
        {
            ACCOUNT: on(Action.SEE_CHARGES, EA),
            DEPARTMENT: on(Action.SEE_CHARGES),
            OWNER: on(Action.SEE_CHARGES),
        },
    ),
    Entry(
        "transactions", phrase("All transactions"), "{kind}_transactions",
        {
            ACCOUNT: on(Action.SEE_INVOICES, MCA, MPA),
            PROFILE: on(Action.SEE_INVOICES),
        },
    ),
    Entry(
        "statement", phrase("Unbilled charges"), "{kind}_statement",
        {ACCOUNT: on(Action.SEE_CHARGES, EA), PROFILE: on(Action.SEE_CHARGES)},
    ),
    Entry(
        "account_center_history", phrase("Billing history"), "account_center_history",
        {SUBSCRIPTION: on(Action.USE_ACCOUNT_CENTER, MOSP)},
    ),
    Entry(
        "account_center_statement", phrase("Current statement"), "account_center_statement",
        {SUBSCRIPTION: on(Action.USE_ACCOUNT_CENTER, MOSP)},
    ),
    Entry(
        "credits", phrase("Credits"), "{kind}_credits",
        {
            ACCOUNT: on(Action.SEE_CREDIT_BALANCE, EA, MCA),
            PROFILE: on(Action.SEE_CREDIT_BALANCE, MCA),
            SUBSCRIPTION: on(Action.SEE_INVOICES, MOSP),
        },
    ),
    Entry("properties", phrase("Properties"), "{kind}_properties", PROPERTIES, is_setting=True),
    Entry(
        "access", phrase("Access control"), "access_control",
        {kind: _seen_by(kind) for kind in (ACCOUNT, PROFILE, SECTION, DEPARTMENT, OWNER, CUSTOMER, SUBSCRIPTION)},
        is_setting=True,
    ),
    Entry(
        "policies", phrase("Policies"), "policies",
        {
            ACCOUNT: on(Action.SEE_ACCOUNT_ROLES, EA),
            PROFILE: on(Action.SEE_PROFILE_ROLES, MCA),
            CUSTOMER: (*on(Action.SET_CUSTOMER_VISIBILITY), *on(Action.SEE_CUSTOMER_PURCHASES)),
            SUBSCRIPTION: on(Action.SHARE_INVOICES, MOSP),
        },
        is_setting=True,
    ),
)  # fmt: skip
"""Every page that a scope may have, in the order of the menu."""


ENTRIES_BY_NAME: Mapping[str, Entry] = {entry.name: entry for entry in ENTRIES}


@dataclass(frozen=True)
class Link:
    """A line of the menu; without an address it is only said. `kind` says what is called so."""

    name: object
    address: str = ""
    is_here: bool = False
    kind: Phrase | None = None


@dataclass(frozen=True)
class Menu:
    """The areas; the way down to the scope, which comes last; its pages; and what is named below the current one."""

    areas: tuple[Link, ...]
    above: tuple[Link, ...] = ()
    scope: Link | None = None
    entries: tuple[Link, ...] = ()
    settings: tuple[Link, ...] = ()
    place: str = ""


def menu_of(person: Person, held: HeldOn, standing: object = None, here: str = "", place: str = "") -> Menu:
    """The menu for someone who stands there; see the top of this file for what the last three may be."""
    areas = tuple(
        Link(area.title, area.address, area.name == here and standing is None)
        for area in AREAS
        if area.is_in_menu_of(person, held)
    )
    path = _path(person, held, standing)
    if path is None:
        return Menu(areas, place=place)
    *above, scope = (_link(path, one) for one in reversed(path.lineage))
    entries, settings = (
        tuple(Link(entry.title, address, entry.name == here) for entry, address in _open(path, is_setting=is_setting))
        for is_setting in (False, True)
    )
    return Menu(areas, tuple(above), scope, entries, settings, place)


def open_entry(person: Person, scope: Scope, name: str) -> ScopePath:
    """The scope with all above it, if it has this page and the person may open it.

    For the page itself: it loads and permits in one step. Raises `gate.NotFound` or `gate.Refused`.
    """
    path = path_to(person, scope)
    openings = ENTRIES_BY_NAME[name].openings.get(scope.kind, ())
    actions = [one.action for one in openings if path and path.agreement in one.agreements]
    if path is None or not path.is_related or not actions:
        raise gate.NotFound(phrase("There is no {id} here that you could see.", id=scope.id))
    if not any(map(path.may, actions)):
        gate.require(person, scope, actions[0])  # says whom to ask
    return path


def address_of_scope(path: ScopePath) -> str:
    """The first page of the scope that the person may open; empty if there is none."""
    return next((address for _, address in _open(path, is_setting=False)), "")


def entry_address(name: str, path: ScopePath) -> str:
    """Where this entry of the scope is; empty if the person may not open it or there is none."""
    return next((address for entry, address in _open(path) if entry.name == name), "")


def _open(path: ScopePath, *, is_setting: bool | None = None) -> Iterator[tuple[Entry, str]]:
    for entry in ENTRIES:
        if is_setting in {None, entry.is_setting} and entry.opens(path) and (address := entry.address(path.scope)):
            yield entry, address


def _path(person: Person, held: HeldOn, standing: object) -> ScopePath | None:
    match standing:
        case ScopePath():
            path: ScopePath | None = standing
        case InvoiceScope():
            path = path_to(person, standing.scope, held)
        case Scope():
            path = path_to(person, standing, held)
        case _:
            path = None
    return path if path and path.is_related else None


def _link(path: ScopePath, scope: Scope) -> Link:
    at = ScopePath(path.doors, path.lineage[path.lineage.index(scope) :])
    address = address_of_scope(at) if at.is_related else ""
    return Link(name_of(at.value), address, kind=kind_of(scope.kind, path.account))


def _address(name: str, *arguments: str) -> str:
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
