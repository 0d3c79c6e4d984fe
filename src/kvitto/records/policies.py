"""Policies: what is set on a scope, and setting it, if that is allowed to the one who wants it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from kvitto.access.policies import POLICIES, Policy
from kvitto.access.roles import Level
from kvitto.agreements.hierarchy import Scope
from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.records import gate
from kvitto.records.access_view import View
from kvitto.records.audit import Door, Result, note
from kvitto.records.audited import audited
from kvitto.records.models import Person
from kvitto.records.policy_settings import policies_on, record_policy
from kvitto.records.revisions import hold_revisions, next_revision

__all__ = ["SetMeanwhile", "UnableToSet", "policies_on", "set_policy"]


class UnableToSet(UnableTo):
    """There is no such policy on that scope, or it has no such value."""


class SetMeanwhile(UnableTo):
    """Somebody else set the policy since it was looked at."""


def set_policy(  # noqa: PLR0913 - who, where, what, when, from what, and through which door
    person: Person | None,
    scope: Scope,
    policy: Policy,
    value: str,
    at: datetime,
    *,
    was: str | None = None,
    door: str = Door.PORTAL,
) -> bool:
    """Let a policy have a value from today on, as this person; None is the operator, who may. True if that changed it.

    What it was before is kept. The download switch is the Account Administrator's alone; the decision says who sets the
    others. `was`: what it was when the person looked; they are asked again if it is something else by now. Raises
    `gate.NotFound`, `gate.Refused` (both leave a note in the audit trail), `UnableToSet` or `SetMeanwhile`.
    """
    told: dict[str, Any] = {"who": person.id if person else None, "door": door, "scope": scope}
    facts = {"policy": policy.value, "value": value}
    with audited("policy.set", now=lambda: at, facts=facts, refusals_only=True, **told), transaction.atomic():
        hold_revisions()
        _check(person, scope, policy, value)
        before = policies_on([scope])[scope].get(policy, POLICIES[policy].default)
        if before == value:
            return False
        if was not in {None, before}:
            raise SetMeanwhile(phrase("Somebody else set this meanwhile. Nothing was changed."))
        revision = next_revision(at, f"access set {policy.value} {scope.id}")
        record_policy(scope, policy, value, at.date(), revision)
        note("policy.set", Result.DONE, facts={**facts, "before": before}, at=at, **told)
    return True


def _check(person: Person | None, scope: Scope, policy: Policy, value: str) -> None:
    spot = View.around([scope]).spot(scope)
    if spot is None:
        raise gate.NotFound(phrase("There is no {id} here that you could see.", id=scope.id))
    action = spot.place.matrix.policies.get(policy)
    if action is None or Level(scope.kind) not in POLICIES[policy].levels:
        if person:
            gate.require(person, scope, gate.Action.SEE_SUBSCRIPTION)  # learns nothing about what is others'
        raise UnableToSet(phrase("{policy} is not a policy of {id}.", policy=POLICIES[policy].name, id=scope.id))
    if person:
        gate.require(person, scope, action)
    if value not in POLICIES[policy].values:
        raise UnableToSet(
            phrase(
                "{policy} cannot be {value}; it can be: {values}.",
                policy=POLICIES[policy].name, value=value, values=POLICIES[policy].values,
            )
        )  # fmt: skip
