"""Policies as they are recorded: what is set on which scope, now or as it once was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import Q, QuerySet

from kvitto.access.policies import Policy
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.records.asked_once import asked_once
from kvitto.records.models import PolicySetting, Revision
from kvitto.records.prepared import Given, prepared
from kvitto.records.revisions import believed

_ASKED_BY_KEY = 500  # scopes for which the question is written once
_AT_ONCE = 5000  # scopes beyond which all settings are read: a database limits the parameters of a query


def policies_on(
    scopes: Iterable[Scope], revision: int | None = None, on: date | None = None
) -> Mapping[Scope, Mapping[Policy, str]]:
    """What is set on each of these scopes; a policy that is not named there has its default. One query.

    `revision` None: as it is believed now; `on` None: what holds until further notice, else on that day.
    """
    return _policies_on(frozenset(scopes), revision, on)


@asked_once(lambda wanted, revision, on: (wanted, revision, on))
def _policies_on(
    wanted: frozenset[Scope], revision: int | None, on: date | None
) -> Mapping[Scope, Mapping[Policy, str]]:
    if revision is None and on is None and len(wanted) <= _ASKED_BY_KEY:
        return _by_scope(wanted, _set_now(keys=sorted({scope.id for scope in wanted})))
    rows = believed(PolicySetting.objects.all(), revision)
    if len(wanted) <= _AT_ONCE:
        rows = rows.filter(scope_key__in={scope.id for scope in wanted})
    if on is None:
        rows = rows.filter(valid_to=None)
    else:
        rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)
    return _by_scope(wanted, rows.values_list("scope_kind", "scope_key", "policy", "value"))


@prepared
def _set_now(keys: list[Given]) -> QuerySet[PolicySetting, tuple[str, str, str, str]]:
    rows = believed(PolicySetting.objects.filter(scope_key__in=keys, valid_to=None), None)
    return rows.values_list("scope_kind", "scope_key", "policy", "value")


def _by_scope(
    wanted: frozenset[Scope], rows: Iterable[tuple[str, str, str, str]]
) -> Mapping[Scope, Mapping[Policy, str]]:
    found: dict[Scope, dict[Policy, str]] = {scope: {} for scope in wanted}
    for kind, key, policy, value in rows:
        scope = Scope(ScopeKind(kind), key)
        if scope in wanted:
            found[scope][Policy(policy)] = value
    return found


def record_policy(scope: Scope, policy: Policy, value: str, day: date, revision: Revision) -> None:
    """Let the policy have this value from the day on, inside the caller's transaction; what it was before is kept."""
    here = {"policy": policy.value, "scope_kind": scope.kind.value, "scope_key": scope.id}
    earlier = list(PolicySetting.objects.filter(**here, superseded_in=None, valid_to=None))
    PolicySetting.objects.filter(pk__in=[row.pk for row in earlier]).update(superseded_in=revision)
    ended = [
        PolicySetting(**here, value=row.value, valid_from=row.valid_from, valid_to=day, recorded_in=revision)
        for row in earlier
        if row.valid_from < day
    ]
    PolicySetting.objects.bulk_create(
        [*ended, PolicySetting(**here, value=value, valid_from=day, recorded_in=revision)]
    )
