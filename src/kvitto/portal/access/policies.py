"""*Policies*: what is set on a scope, what it opens to whom, and who may change it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from kvitto.access.actions import Action
from kvitto.access.giving import action_to_see
from kvitto.access.policies import (
    ALL_ALLOWED,
    ALLOWED,
    DISABLED,
    NOT_ALLOWED,
    OFF,
    ON,
    ONLY_FREE_ALLOWED,
    POLICIES,
    Policy,
)
from kvitto.access.roles import ROLES, Level
from kvitto.agreements.declaration.fitting import fitting_policies
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.language import Phrase, phrase
from kvitto.portal.access.addresses import address
from kvitto.portal.permission import person_of
from kvitto.portal.scope_words import kind_of
from kvitto.records import gate
from kvitto.records.policies import SetMeanwhile, policies_on, set_policy
from kvitto.records.role_places import RolePlace, place_of

_VALUES = {
    ON: phrase("On"),
    OFF: phrase("Off"),
    ALLOWED: phrase("Allowed"),
    NOT_ALLOWED: phrase("Not allowed"),
    DISABLED: phrase("Disabled"),
    ALL_ALLOWED: phrase("All allowed"),
    ONLY_FREE_ALLOWED: phrase("Only free ones allowed"),
    "Preview": phrase("Preview"),
    "Published": phrase("Published"),
    "Locked": phrase("Locked"),
}
_MEANINGS = {
    Policy.INVOICES_SHARED: phrase("Everyone with a role on the subscription may download its invoices."),
    Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES: phrase(
        "Department administrators see the charges of their departments and of the accounts in them. While this is not"
        " allowed they see cost nowhere, whatever else they hold."
    ),
    Policy.ACCOUNT_OWNERS_VIEW_CHARGES: phrase(
        "Account owners see the charges of their accounts, and roles on subscriptions and management groups see cost."
    ),
    Policy.MARKETPLACE_PURCHASES: phrase("What may be bought from other publishers."),
    Policy.RESERVATION_PURCHASES: phrase("Whether reservations and savings plans may be bought."),
    Policy.SECTION_LABELS: phrase("Whether invoice sections may be given labels."),
    Policy.CUSTOMER_VIEWS_CHARGES: phrase(
        "Roles on the customer’s subscriptions see what was used, at list prices; never your invoices."
    ),
    Policy.CUSTOMER_PURCHASES: phrase("Whether the customer may buy."),
    Policy.MARKUP: phrase("Once published or locked, the enrollment’s people see prices and charges."),
}
_OPENING = {
    Policy.INVOICES_SHARED: (ON,),
    Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES: (ALLOWED,),
    Policy.ACCOUNT_OWNERS_VIEW_CHARGES: (ALLOWED,),
    Policy.CUSTOMER_VIEWS_CHARGES: (ALLOWED,),
    Policy.MARKUP: ("Published", "Locked"),
}
"""The values that open something to others: these are asked about once more."""
_SEEN_BY = {
    Policy.CUSTOMER_VIEWS_CHARGES: Action.SET_CUSTOMER_VISIBILITY,
    Policy.CUSTOMER_PURCHASES: Action.SEE_CUSTOMER_PURCHASES,
}


@dataclass(frozen=True)
class PolicyValue:
    """One value that a policy can have."""

    value: str

    @property
    def name(self) -> Phrase:
        """What it is called."""
        return _VALUES[self.value]


@dataclass(frozen=True)
class ShownPolicy:
    """A policy as it is set, for someone who may see it."""

    policy: Policy
    present: PolicyValue
    may_set: bool
    setters: tuple[Phrase, ...]

    @property
    def name(self) -> Phrase:
        """What it is called."""
        return POLICIES[self.policy].name

    @property
    def meaning(self) -> Phrase:
        """What it opens."""
        return _MEANINGS[self.policy]

    @property
    def values(self) -> list[PolicyValue]:
        """What it can be."""
        return [PolicyValue(value) for value in POLICIES[self.policy].values]


@require_http_methods(["GET", "HEAD", "POST"])
def policies(request: HttpRequest, kind: ScopeKind, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """What is set here; with a form for each policy that the person may set."""
    person, scope = person_of(request), Scope(kind, id)
    place = place_of(person, scope)
    fitting = _fitting(place)
    if fitting == [Policy.INVOICES_SHARED]:
        return redirect("share_invoices", id)
    shown = [_shown(place, policy) for policy in fitting if _sees(place, policy)]
    if not shown:
        for policy in fitting:
            gate.require(person, scope, place.spot.place.matrix.policies[policy])
        raise gate.NotFound(phrase("No policy is set here."))
    context = {
        "standing": scope,
        "here": "policies",
        "name": place.name,
        "kind": kind_of(kind, place.spot.account),
        "policies": shown,
    }
    if request.method == "POST":
        return _set(request, place, context)
    return render(request, "portal/access/policies.html", context)


def _set(request: HttpRequest, place: RolePlace, context: dict[str, object]) -> HttpResponse:
    """Set what the form says, after a question where it opens something to others and a look at what it is now."""
    person, scope = person_of(request), place.scope
    named, value = request.POST.get("policy", ""), request.POST.get("value", "")
    if named not in set(Policy):
        return render(request, "portal/access/policies.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    policy = Policy(named)
    wanted = PolicyValue(value) if value in POLICIES[policy].values else None
    present = _present(scope, policy)
    was = None
    if wanted and wanted != present and policy in _fitting(place) and place.may(_action(place, policy)):
        was = request.POST.get("was", "")
        if was != present.value:
            return _stale(request, scope, policy, context)
        if value in _OPENING.get(policy, ()) and request.POST.get("sure") != "yes":
            context |= {"asked": _shown(place, policy), "wanted": wanted}
            return render(request, "portal/access/policy_question.html", context)
    try:
        changed = set_policy(person, scope, policy, value, settings.OFFICE.now(), was=was)
    except SetMeanwhile:
        return _stale(request, scope, policy, context)
    told = {"policy": POLICIES[policy].name, "value": PolicyValue(value).name}
    said = (
        phrase("{policy}: {value}, from now on.", **told)
        if changed
        else phrase("{policy}: {value}, as before.", **told)
    )
    messages.success(request, str(said))
    return redirect(address("policies", scope))


def _stale(request: HttpRequest, scope: Scope, policy: Policy, context: dict[str, object]) -> HttpResponse:
    """The policies with a sentence: this one is no longer what it was when the person looked."""
    context |= {"stale": POLICIES[policy].name, "present": _present(scope, policy)}
    return render(request, "portal/access/policies.html", context, status=HTTPStatus.CONFLICT)


def _action(place: RolePlace, policy: Policy) -> Action:
    return place.spot.place.matrix.policies.get(policy, Action.SET_POLICIES)


def _fitting(place: RolePlace) -> list[Policy]:
    """The policies that can be set on exactly this scope."""
    account = place.spot.account
    fitting = fitting_policies(account, place.scope.kind) if account else ()
    return [policy for policy in fitting if policy in place.spot.place.matrix.policies]


def _sees(place: RolePlace, policy: Policy) -> bool:
    seen_by = _SEEN_BY.get(policy) or action_to_see(place.spot.place.matrix, Level(place.scope.kind))
    return place.may(_action(place, policy)) or (seen_by is not None and place.may(seen_by))


def _shown(place: RolePlace, policy: Policy) -> ShownPolicy:
    action = _action(place, policy)
    setters = tuple(ROLES[role].name for role in place.spot.place.matrix.who_may(action))
    return ShownPolicy(policy, _present(place.scope, policy), place.may(action), setters)


def _present(scope: Scope, policy: Policy) -> PolicyValue:
    return PolicyValue(policies_on([scope])[scope].get(policy, POLICIES[policy].default))
