"""All billing scopes of a person: what each is, under which agreement, and what the person is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kvitto.access.roles import ROLES
from kvitto.agreements.hierarchy import AgreementType, Scope, ScopeKind
from kvitto.language import Phrase, phrase, said
from kvitto.portal.billing.standing import standing_of
from kvitto.portal.frame import held_by_reader
from kvitto.portal.navigation import address_of_scope
from kvitto.portal.permission import person_of
from kvitto.portal.scope_words import AGREEMENTS, IN_SHORT, kind_of, name_of
from kvitto.portal.search.asked import Asked
from kvitto.records.access_view import HeldOn
from kvitto.records.models import Person
from kvitto.records.reach import reached
from kvitto.records.scope_path import ScopePath, doors_of

_ROWS = 25
_ALWAYS = (ScopeKind.BILLING_ACCOUNT, ScopeKind.BILLING_PROFILE)
_IF_HELD = (ScopeKind.INVOICE_SECTION, ScopeKind.DEPARTMENT, ScopeKind.ENROLLMENT_ACCOUNT, ScopeKind.CUSTOMER)
_ORDER = (*_ALWAYS, *_IF_HELD)
_AS_PROFILE = phrase("Enrollment, its own billing profile")


@dataclass(frozen=True)
class BillingScope:
    """One row. `above`: the account it belongs to, empty of an account itself."""

    scope: Scope
    name: str
    kind: Phrase
    above: str
    agreement: AgreementType
    agreement_name: Phrase
    status: Phrase
    roles: tuple[Phrase, ...]
    address: str

    @property
    def account_id(self) -> str:
        """For the order: rows of one account stand together."""
        return self.above or self.name


_SORTS: Mapping[str, tuple[Phrase, str]] = {
    "account": (phrase("Account"), "account_id"),
    "name": (phrase("Name"), "name"),
    "agreement": (phrase("Agreement"), "agreement_name"),
}


@require_safe
def billing_scopes(request: HttpRequest) -> HttpResponse:
    """The list, filtered and sorted as the address says, with the answer to which agreement one has."""
    person, held = person_of(request), held_by_reader(request)
    every = _scopes_of(person, held)
    asked = Asked.typed(request.GET.get("q", ""))
    kind, agreement = request.GET.get("kind", ""), request.GET.get("agreement", "")
    sort = request.GET.get("sort", "")
    sort = sort if sort in _SORTS else "account"
    found = [row for row in every if _fits(row, asked, kind, agreement)]
    found.sort(key=lambda row: (said(getattr(row, _SORTS[sort][1])).casefold(), _ORDER.index(row.scope.kind), row.name))
    context = {
        "here": "billing",
        "page": Paginator(found, _ROWS).get_page(request.GET.get("page")),
        "asked": asked.text,
        "kind": kind,
        "agreement": agreement,
        "sort": sort,
        "sorts": [(name, title) for name, (title, _) in _SORTS.items()],
        "kinds": [(one.value, kind_of(one)) for one in _ORDER if any(row.scope.kind is one for row in every)],
        "agreements": _agreements_of(every),
        "is_filtered": bool(asked.text or kind or agreement),
        "is_empty": not every,
        "answer": _customer_agreement(every),
    }
    return render(request, "portal/billing/scopes.html", context)


def _scopes_of(person: Person, held: HeldOn) -> list[BillingScope]:
    """Accounts and profiles that a role reaches, and of their parts those on which a role is held."""
    wanted = [Scope(kind, key) for kind in _ALWAYS for key in reached(person, kind).values_list("key", flat=True)]
    wanted += [scope for scope in held if scope.kind in _IF_HELD]
    doors = doors_of(person, wanted, held)
    paths = (doors.path(scope) for scope in wanted)
    return [row for path in paths if path and path.is_related and (row := _row(path, held))]


def _row(path: ScopePath, held: HeldOn) -> BillingScope | None:
    address = address_of_scope(path)
    if not address:
        return None
    is_enrollment = path.agreement is AgreementType.EA and path.scope.kind is ScopeKind.BILLING_ACCOUNT
    roles = sorted({role for scope in path.lineage for role in held.get(scope, ())}, key=list(ROLES).index)
    return BillingScope(
        path.scope,
        name=name_of(path.value),
        kind=_AS_PROFILE if is_enrollment else kind_of(path.scope.kind, path.account),
        above="" if path.scope.kind is ScopeKind.BILLING_ACCOUNT else path.account.name,
        agreement=path.agreement,
        agreement_name=AGREEMENTS[path.agreement],
        status=standing_of(path.account, settings.OFFICE.today()),
        roles=tuple(ROLES[role].name for role in roles),
        address=address,
    )


def _fits(row: BillingScope, asked: Asked, kind: str, agreement: str) -> bool:
    is_profile = row.scope.kind is ScopeKind.BILLING_ACCOUNT and row.agreement is AgreementType.EA
    kinds = {row.scope.kind.value} | ({ScopeKind.BILLING_PROFILE.value} if is_profile else set())
    is_named = not asked.text or asked.is_in(row.name, row.scope.id, row.above)
    return is_named and kind in {"", *kinds} and agreement in {"", row.agreement.value}


def _agreements_of(rows: Iterable[BillingScope]) -> list[tuple[str, Phrase, Phrase]]:
    found = {row.agreement for row in rows}
    return [(one.value, AGREEMENTS[one], IN_SHORT[one]) for one in AgreementType if one in found]


def _customer_agreement(rows: Iterable[BillingScope]) -> Phrase:
    """Whether one has a Customer Agreement: if any of the accounts is of one."""
    accounts = sorted({row.account_id for row in rows if row.agreement is AgreementType.MCA})
    if accounts:
        return phrase("You have access to a Customer Agreement: {accounts}.", accounts=tuple(accounts))
    return phrase("None of your billing scopes is under a Customer Agreement.")
