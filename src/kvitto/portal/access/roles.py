"""*Access control*: who holds which role on a scope; giving a role and taking it away."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from kvitto.access.actions import Action
from kvitto.access.giving import MEANINGS
from kvitto.access.roles import ROLES, Role
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.language import Phrase, phrase
from kvitto.portal.access.addresses import address
from kvitto.portal.permission import person_of
from kvitto.portal.scope_words import kind_of
from kvitto.records import gate
from kvitto.records.models import Person
from kvitto.records.role_places import RolePlace, place_to_see
from kvitto.records.shown_roles import ShownRole, as_shown, roles_that_reach
from kvitto.runs.elevate import UnableToElevate
from kvitto.runs.elevate import elevate as elevate_to_owner
from kvitto.runs.give_role import HeldAlready, UnableToGive, Wish, grant, why_it_must_stay, withdraw

_ROWS = 25
_LONGEST = 254  # of what is typed into a field; an address is no longer
_TAKEN = "role_taken_away"  # in the session: what was taken away a moment ago, to offer it again


@dataclass(frozen=True)
class RoleChoice:
    """A role that can be given here, with what it may."""

    role: Role
    is_chosen: bool = False

    @property
    def name(self) -> Phrase:
        """What it is called."""
        return ROLES[self.role].name

    @property
    def meaning(self) -> Phrase:
        """What its holder may, in one line."""
        return MEANINGS[self.role]


@require_safe
def access_control(request: HttpRequest, kind: ScopeKind, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """Who has which role here, direct or from above."""
    person, scope = person_of(request), Scope(kind, id)
    try:
        place = place_to_see(person, scope)
    except gate.Refused:
        if kind is ScopeKind.BILLING_ACCOUNT and gate.is_allowed(person, scope, Action.ELEVATE):
            return redirect("elevate", id)
        raise
    search = request.GET.get("search", "").strip()[:_LONGEST]
    role = _role_named(request.GET.get("role", ""))
    rows = roles_that_reach(place, search.replace("\0", ""), role)
    page = Paginator(rows, _ROWS).get_page(request.GET.get("page"))
    given = place.given_here
    context = {
        **_standing(place),
        "rows": as_shown(place, page.object_list),
        "page": page,
        "search": search,
        "role": role,
        "roles": [RoleChoice(each) for each in ROLES if each in place.spot.place.matrix.roles],
        "may_add": bool(given),
        "may_elevate": not given and place.may(Action.ELEVATE),
        "no_roles_here": not place.roles_here,
        "hidden": [place.name_of(above) for above in place.hidden_above],
        "taken": _taken(request, place, given),
    }
    return render(request, "portal/access/roles.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add_role(request: HttpRequest, kind: ScopeKind, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """A form: whom, and which of the roles that can be given here."""
    person, scope = person_of(request), Scope(kind, id)
    place = _place_to_change(person, scope)
    asked = request.POST if request.method == "POST" else request.GET
    to, role = asked.get("to", "").strip(), _role_named(asked.get("role", ""))
    wrong: dict[str, Phrase] = {}
    if request.method == "POST":
        wrong = _missing(to, role, place)
        if not wrong and role:
            wish = _wish(scope, role, to, request.POST.get("instead_of", ""))
            try:
                return _given(request, person, wish, place)
            except HeldAlready as error:
                context = {**_standing(place), "to": to, "choice": RoleChoice(role), "holder": error.holder}
                context["is_stale"] = bool(wish.instead_of)
                status = HTTPStatus.CONFLICT if wish.instead_of else HTTPStatus.OK
                return render(request, "portal/access/replace_role.html", context, status=status)
            except UnableToGive as error:
                wrong = {error.field: error.phrase}
    context = {
        **_standing(place),
        "to": to[:_LONGEST],
        "choices": [RoleChoice(each, each is role) for each in place.given_here],
        "wrong": wrong,
        "place": str(phrase("Add")),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return render(request, "portal/access/add_role.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def remove_role(request: HttpRequest, kind: ScopeKind, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """Asks first, and says what the holder loses; the last owner stays."""
    person, scope = person_of(request), Scope(kind, id)
    place = _place_to_change(person, scope)
    asked = request.POST if request.method == "POST" else request.GET
    to, role = asked.get("to", "").strip(), _role_named(asked.get("role", ""))
    shown = _shown_holding(place, to, role)
    if role is None or shown is None:
        messages.info(request, str(phrase("Nobody holds that role here any more. Nothing was changed.")))
        return redirect(address("access_control", scope))
    wish = _wish(scope, role, to)
    must_stay = why_it_must_stay(wish)
    if request.method == "POST" and not must_stay:
        try:
            withdraw(settings.OFFICE, person, wish)
        except UnableToGive as error:
            must_stay = error.phrase
        else:
            _remember_taken(request, scope, to, role)
            return _back_to(scope, person)
    context = {
        **_standing(place),
        "shown": shown,
        "meaning": MEANINGS[role],
        "must_stay": must_stay,
        "is_own": shown.holder == person.email,
        "place": str(phrase("Remove")),
    }
    status = HTTPStatus.CONFLICT if request.method == "POST" else HTTPStatus.OK
    return render(request, "portal/access/remove_role.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def elevate(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """A directory's Global Administrator becomes an owner of the billing account, after being asked once more."""
    person, scope = person_of(request), Scope(ScopeKind.BILLING_ACCOUNT, id)
    gate.require(person, scope, Action.ELEVATE)
    if request.method == "POST":
        try:
            elevate_to_owner(settings.OFFICE, person, scope, door="portal")
        except UnableToElevate as error:
            messages.info(request, str(error.phrase))
        else:
            messages.success(request, str(phrase("You are an owner of this billing account now.")))
        return redirect(address("access_control", scope))
    return render(request, "portal/access/elevate.html", {"standing": scope, "here": "access"})


def _place_to_change(person: Person, scope: Scope) -> RolePlace:
    """The place, if there is a role that the person may give there; else the refusal that says who may."""
    place = place_to_see(person, scope)
    if not place.given_here:
        for role in place.roles_here:
            action = place.action_to_give(role)
            if action:
                gate.require(person, scope, action)
        raise gate.NotFound(phrase("No role is given here."))
    return place


def _standing(place: RolePlace) -> dict[str, object]:
    return {
        "standing": place.scope,
        "here": "access",
        "name": place.name,
        "kind": kind_of(place.scope.kind, place.spot.account),
        "scope_address": address("access_control", place.scope),
    }


def _role_named(text: str) -> Role | None:
    return Role(text) if text in set(Role) else None


def _wish(scope: Scope, role: Role, to: str, instead_of: str = "") -> Wish:
    """An address has an @, the id of a group has none."""
    email, group = (to, "") if "@" in to else ("", to)
    return Wish(scope, role, email, group, instead_of)


def _missing(to: str, role: Role | None, place: RolePlace) -> dict[str, Phrase]:
    wrong = {}
    if not to:
        wrong["to"] = phrase("Write whom: an e-mail address, or the id of a group.")
    if role is None or role not in place.given_here:
        wrong["role"] = phrase("Choose one of these roles.")
    return wrong


def _given(request: HttpRequest, person: Person, wish: Wish, place: RolePlace) -> HttpResponse:
    told = {"who": wish.email or wish.group, "role": ROLES[wish.role].name, "name": place.name}
    if grant(settings.OFFICE, person, wish):
        said = phrase("{who} has the role “{role}” on {name} now.", **told)
        if wish.email:
            said = phrase(
                "{said} Whoever never signed in here needs an invitation from the office that sends the invoices.",
                said=said,
            )
        messages.success(request, str(said))
        if wish.instead_of:
            _remember_taken(request, wish.scope, wish.instead_of, wish.role)
            return _back_to(wish.scope, person)
    else:
        messages.info(request, str(phrase("{who} had the role “{role}” on {name} already.", **told)))
    return redirect(address("access_control", wish.scope))


def _shown_holding(place: RolePlace, to: str, role: Role | None) -> ShownRole | None:
    """The holding that is to be removed, as the list shows it; None if there is none that the person may remove."""
    if role is None or not to.isprintable():
        return None
    rows = roles_that_reach(place, role=role).filter(scope_kind=place.scope.kind.value, scope_key=place.scope.id)
    rows = rows.filter(person__email=to.lower()) if "@" in to else rows.filter(group__key=to)
    found = as_shown(place, rows[:1])
    return found[0] if found and found[0].may_withdraw else None


def _back_to(scope: Scope, person: Person) -> HttpResponse:
    """The list, unless the person took away what opened it to them."""
    try:
        place_to_see(person, scope)
    except (gate.Refused, gate.NotFound):
        return redirect("home")
    return redirect(address("access_control", scope))


def _remember_taken(request: HttpRequest, scope: Scope, holder: str, role: Role) -> None:
    request.session[_TAKEN] = {"scope": f"{scope.kind}:{scope.id}", "to": holder, "role": role.value}


def _taken(request: HttpRequest, place: RolePlace, given: tuple[Role, ...]) -> dict[str, object] | None:
    """What was taken away just now on this scope, to be offered again once."""
    taken = request.session.get(_TAKEN)
    if not taken or taken["scope"] != f"{place.scope.kind}:{place.scope.id}":
        return None
    del request.session[_TAKEN]
    role = Role(taken["role"])
    return {"to": taken["to"], "role": role, "name": ROLES[role].name, "may_undo": role in given}
