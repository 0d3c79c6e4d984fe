"""What the search finds, group by group. Each group asks the database a few times, however much there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.db.models.fields.json import KT
from django.urls import reverse

from kvitto.access.actions import Action
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.invoicing.invoice import DocumentType
from kvitto.language import Phrase, phrase, said
from kvitto.portal.access import addresses
from kvitto.portal.navigation import AREAS, ENTRIES, address_of_scope, entry_address
from kvitto.portal.scope_words import AGREEMENTS, kind_of, name_of
from kvitto.portal.search.asked import Asked
from kvitto.records.reach import reached, reached_invoices
from kvitto.records.scope_path import doors_of, value_of
from kvitto.records.seen_invoices import seen_of

if TYPE_CHECKING:
    from kvitto.records.access_view import HeldOn
    from kvitto.records.invoices import IssuedInvoice
    from kvitto.records.models import Person
    from kvitto.records.scope_path import ScopePath

_BILLING_SCOPES = (
    ScopeKind.BILLING_ACCOUNT, ScopeKind.BILLING_PROFILE, ScopeKind.INVOICE_SECTION, ScopeKind.DEPARTMENT,
    ScopeKind.ENROLLMENT_ACCOUNT, ScopeKind.CUSTOMER,
)  # fmt: skip


@dataclass(frozen=True)
class Reader:
    """Who searches, what they hold, and the scope they stood in last."""

    person: Person
    held: HeldOn
    last: ScopePath | None = None


@dataclass(frozen=True)
class Found:
    """One thing that was found: its name, what it is, and its address."""

    name: object
    note: object
    address: str


@dataclass(frozen=True)
class Group:
    """Things of one sort; `has_more`: there are others beyond those that were asked for."""

    name: str
    title: Phrase
    rows: Sequence[Found]
    has_more: bool = False


def groups_of(reader: Reader, asked: Asked, most: int, only: str = "") -> list[Group]:
    """Every group in which something was found, at most so many things of each; or one group alone."""
    if not asked.words:
        return []
    return [
        Group(name, title, rows[:most], len(rows) > most)
        for name, (title, search) in _SEARCHES.items()
        if only in {"", name} and (rows := search(reader, asked, most + 1))
    ]


def invoice_called(groups: Sequence[Group], asked: Asked) -> Found | None:
    """The one invoice that has exactly this number, if the number is what was typed."""
    for group in groups:
        if group.name == "invoices":
            return next((one for one in group.rows if one.name == asked.number), None)
    return None


def _pages(reader: Reader, asked: Asked, most: int) -> list[Found]:
    """Pages by what they are called or about, in the reader's language and in English."""
    areas = [
        Found(area.title, "", area.address)
        for area in AREAS
        if _is_called(asked, area.title, area.words) and area.is_for(reader.person, reader.held)
    ]
    return [*areas, *_pages_of(reader.last, asked)][:most]


def _pages_of(path: ScopePath | None, asked: Asked) -> Iterator[Found]:
    """The pages of the scope one stood in last."""
    for entry in ENTRIES if path else ():
        if path and _is_called(asked, entry.title) and (address := entry_address(entry.name, path)):
            yield Found(entry.title, name_of(path.value), address)


def _is_called(asked: Asked, *phrases: Phrase) -> bool:
    texts = (*(each.text for each in phrases), *(said(each) for each in phrases))
    return asked.begins_words_of(*texts)


def _subscriptions(reader: Reader, asked: Asked, most: int) -> list[Found]:
    return _scopes(reader, _named(reader, ScopeKind.SUBSCRIPTION, asked, most))


def _billing_scopes(reader: Reader, asked: Asked, most: int) -> list[Found]:
    found: list[Scope] = []
    for kind in _BILLING_SCOPES:
        found += _named(reader, kind, asked, most)
    return _scopes(reader, found)[:most]


def _named(reader: Reader, kind: ScopeKind, asked: Asked, most: int) -> list[Scope]:
    """By name or id, enrollments by their number as well; the first in order of the name."""
    records: Any = reached(reader.person, kind).annotate(name=KT("facts__name"))
    wanted = asked.within("name", "key")
    if kind is ScopeKind.BILLING_ACCOUNT:
        records = records.annotate(enrollment=KT("facts__enrollment__number"))
        wanted = asked.within("name", "key", "enrollment")
    keys: list[str] = records.filter(wanted).order_by("name", "key").values_list("key", flat=True)[:most]
    return [Scope(kind, key) for key in keys]


def _scopes(reader: Reader, scopes: Sequence[Scope]) -> list[Found]:
    """Those that may be opened, with what stands above them as far as that may be known."""
    if not scopes:
        return []
    doors = doors_of(reader.person, scopes, reader.held)
    found = []
    for scope in scopes:
        path = doors.path(scope)
        address = address_of_scope(path) if path else ""
        if path and address:
            found.append(Found(name_of(path.value), _note(path), address))
    return found


def _management_groups(reader: Reader, asked: Asked, most: int) -> list[Found]:
    """Those whose roles the person gives: there they see who holds them."""
    kind = ScopeKind.MANAGEMENT_GROUP
    if not any(scope.kind is kind for scope in reader.held):
        return []
    scopes = _named(reader, kind, asked, most)
    doors = doors_of(reader.person, scopes, reader.held)
    return [
        Found(name_of(value_of(doors.view, scope)), kind_of(kind), addresses.address("access_control", scope))
        for scope in scopes
        if doors.may(scope, Action.GIVE_SUBSCRIPTION_ROLES)
    ]


def _note(path: ScopePath) -> Phrase:
    kind = kind_of(path.scope.kind, path.account)
    if path.scope.kind is ScopeKind.BILLING_ACCOUNT:
        return phrase("{kind} · {agreement}", kind=kind, agreement=AGREEMENTS[path.agreement])
    return phrase("{kind} · {id}", kind=kind, id=path.scope.id)


def _invoices(reader: Reader, asked: Asked, most: int) -> list[Found]:
    """By number, from its beginning on."""
    if not asked.number:
        return []
    wanted = reached_invoices(reader.person).filter(Q(number__istartswith=asked.number)).order_by("-number")
    exact = seen_of(reader.person, wanted.filter(number=asked.number), 1, reader.held)
    others = [one for one in seen_of(reader.person, wanted, most, reader.held) if one not in exact]
    return [_invoice(one) for one in (*exact, *others)][:most]


def _invoice(one: IssuedInvoice) -> Found:
    form = phrase("Credit note") if one.document_type is DocumentType.CREDIT_NOTE else phrase("Invoice")
    note = phrase("{form} · {period} · {amount}", form=form, period=one.period, amount=one.payable)
    return Found(one.number, note, reverse("invoice", args=[one.number]))


_SEARCHES: Mapping[str, tuple[Phrase, Callable[[Reader, Asked, int], list[Found]]]] = {
    "pages": (phrase("Pages"), _pages),
    "invoices": (phrase("Invoices"), _invoices),
    "subscriptions": (phrase("Subscriptions"), _subscriptions),
    "scopes": (phrase("Billing scopes"), _billing_scopes),
    "groups": (phrase("Management groups"), _management_groups),
}
