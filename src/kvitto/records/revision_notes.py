"""What the audit trail tells of a revision: roles granted and withdrawn, policies set, how much else it recorded."""

from __future__ import annotations

from collections.abc import Iterator

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.records.audit import Door, Fact, Note, Result
from kvitto.records.models import AgreementRecord, PolicySetting, Revision, RoleAssignment

_AT_ONCE = 2000


def revision_notes(revision: Revision, action: str) -> Iterator[Note]:
    """One note for each role and policy that the revision changed, read from what was recorded; last one for `action`.

    To be taken after everything was recorded, in the same transaction.
    """
    yield from _roles(revision)
    yield from _policies(revision)
    recorded = AgreementRecord.objects.filter(recorded_in=revision).count()
    yield _note(revision, action, None, {"versions": recorded})


def _roles(revision: Revision) -> Iterator[Note]:
    ended = RoleAssignment.objects.filter(superseded_in=revision)
    begun = RoleAssignment.objects.filter(recorded_in=revision, valid_to=None)
    for action, rows in (("role.withdraw", ended), ("role.grant", begun)):
        for row in rows.order_by("pk").iterator(_AT_ONCE):
            holder: dict[str, Fact] = {"person": str(row.person_id)} if row.person_id else {"group": row.group_id}
            scope = Scope(ScopeKind(row.scope_kind), row.scope_key)
            yield _note(revision, action, scope, {**holder, "role": row.role})


def _policies(revision: Revision) -> Iterator[Note]:
    begun = list(PolicySetting.objects.filter(recorded_in=revision, valid_to=None).order_by("pk"))
    set_anew = {(row.policy, row.scope_kind, row.scope_key) for row in begun}
    ended = PolicySetting.objects.filter(superseded_in=revision).order_by("pk")
    left = [row for row in ended if (row.policy, row.scope_kind, row.scope_key) not in set_anew]
    for action, rows in (("policy.clear", left), ("policy.set", begun)):
        for row in rows:
            scope = Scope(ScopeKind(row.scope_kind), row.scope_key)
            yield _note(revision, action, scope, {"policy": row.policy, "value": row.value})


def _note(revision: Revision, action: str, scope: Scope | None, facts: dict[str, Fact]) -> Note:
    told: dict[str, Fact] = {**facts, "revision": revision.number}
    return Note(action, Result.DONE, Door.COMMAND, revision.recorded_at, scope=scope, facts=told)
