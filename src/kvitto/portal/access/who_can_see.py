"""*Who can see this invoice?*: everyone who may, by which role, group and policy, for those who may know that."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kvitto.access.actions import Action
from kvitto.access.giving import action_to_see
from kvitto.access.policies import POLICIES
from kvitto.access.roles import ROLES, Level
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.language import Phrase, phrase
from kvitto.portal.permission import person_of
from kvitto.records import gate
from kvitto.records.role_places import RolePlace, place_of
from kvitto.runs.who_can_see import Viewer, Way, target_called, who_can_see

_ROWS = 25


@dataclass(frozen=True)
class ShownViewer:
    """A person who can see the invoice, with the ways that lead there; whether they may download it, too."""

    email: str
    may_download: bool
    ways: tuple[Phrase, ...]


@require_safe
def who_sees_invoice(request: HttpRequest, number: str) -> HttpResponse:
    """A row for each person; those whose role stands where the reader may not look are left out, and that is said."""
    person = person_of(request)
    record = gate.invoice_roles_for(person, number)
    target = target_called(record.number)
    matrix = target.spot.place.matrix
    asker = gate.Asker(person, gate.roles_of(person), target.view)

    def is_seen(way: Way) -> bool:
        action = action_to_see(matrix, Level(way.scope.kind))
        return action is not None and isinstance(asker.decide(target.spot, action), gate.Allowed)

    viewers = who_can_see(target)
    shown = [seen for viewer in viewers if (seen := _shown(viewer, [way for way in viewer.ways if is_seen(way)]))]
    place: RolePlace = place_of(person, Scope(ScopeKind(record.scope_kind), record.scope_key))
    page = Paginator(shown, _ROWS).get_page(request.GET.get("page"))
    context = {
        "standing": place.scope,
        "here": "invoices",
        "place": record.number,
        "number": record.number,
        "rows": page.object_list,
        "page": page,
        "are_hidden": len(shown) < len(viewers),
        "may_give": bool(place.given_here),
    }
    return render(request, "portal/access/who_can_see.html", context)


def _shown(viewer: Viewer, ways: list[Way]) -> ShownViewer | None:
    if not ways:
        return None
    return ShownViewer(
        viewer.person.email, Action.DOWNLOAD_INVOICE in viewer.actions, tuple(map(_said, dict.fromkeys(ways)))
    )


def _said(way: Way) -> Phrase:
    parts = [phrase("{role} on {id}", role=ROLES[way.role].name, id=way.scope.id)]
    if way.group:
        parts.append(phrase("through the group {group}", group=way.group))
    if way.policy:
        parts.append(phrase("by the policy “{policy}”", policy=POLICIES[way.policy].name))
    if way.directory:
        parts.append(phrase("from the directory {directory}", directory=way.directory))
    return phrase("{parts}", parts=parts) if len(parts) > 1 else parts[0]
