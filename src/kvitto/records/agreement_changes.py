"""Writing agreements: what a plan needs to know, and recording what it changes, in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Max, Sum

from kvitto.agreements.facts import from_facts, kind_of, parent_of, to_facts
from kvitto.agreements.hierarchy import ScopeKind
from kvitto.agreements.planning.plan import Agreements, Change, ChangeKind, Key, Plan
from kvitto.agreements.planning.recorded import Recorded
from kvitto.agreements.planning.versions import Version
from kvitto.money import Money
from kvitto.records import agreement_holders
from kvitto.records.agreement_holders import batches
from kvitto.records.models import AgreementRecord, InvoiceRecord, LotEntry, Revision

_BATCH = 1000
_TAKEN_OR_GIVEN_BACK = ("settled-charges", "given-back")


def agreements_now(on: date | None = None) -> Agreements:
    """Everything that is believed now: all versions; roles and policies as they hold, or held on the day.

    People and groups are always those of now. Six queries.
    """
    versions: dict[Key, list[Version]] = defaultdict(list)
    rows = AgreementRecord.objects.filter(superseded_in=None).order_by("valid_from")
    for kind, key, start, end, facts in rows.values_list("kind", "key", "valid_from", "valid_to", "facts").iterator(
        chunk_size=_BATCH
    ):
        versions[kind, key].append(Version(start, end, from_facts(kind, facts)))
    return Agreements(
        versions={key: tuple(found) for key, found in versions.items()},
        roles=agreement_holders.roles_held(on),
        people=agreement_holders.people_known(),
        groups=agreement_holders.groups_known(),
        policies=agreement_holders.policies_set(on),
    )


def recorded_so_far() -> Recorded:
    """What invoices were made, and what credit they took. Two queries."""
    invoiced: dict[Key, date] = {}
    rows = InvoiceRecord.objects.values_list("scope_kind", "scope_key", "account_key").annotate(Max("period_end"))
    for kind, key, account, end in rows:
        for place in ((kind, key), (ScopeKind.BILLING_ACCOUNT.value, account)):
            invoiced[place] = max(end, invoiced.get(place, end))
    return Recorded(invoiced, dict(_credit_used()))


def _credit_used() -> Iterator[tuple[str, Money]]:
    taken = LotEntry.objects.filter(kind__in=_TAKEN_OR_GIVEN_BACK)
    rows = taken.values_list("lot", "lot__currency", "lot__currency_decimals").annotate(Sum("amount_minor"))
    for lot, currency, decimals, minor in rows:
        yield lot, Money(Decimal(-minor).scaleb(-decimals), currency)


def record_plan(plan: Plan, revision: Revision, today: date) -> None:
    """Record what the plan changes, in the caller's transaction. Roles and policies change from `today` on."""
    agreement_holders.record_people(plan)
    agreement_holders.record_groups(plan)
    _record_versions(plan.changes, revision)
    agreement_holders.record_roles(plan, revision, today)
    agreement_holders.record_policies(plan, revision, today)


def _record_versions(changes: Sequence[Change], revision: Revision) -> None:
    wanted = [
        AgreementRecord(
            kind=kind_of(version.value),
            key=version.value.id,
            parent=parent_of(version.value),
            facts=to_facts(version.value),
            valid_from=version.valid_from,
            valid_to=version.valid_to,
            recorded_in=revision,
        )
        for change in changes
        for version in change.versions
        if version not in change.before
    ]
    gone: dict[str, list[tuple[str, date]]] = defaultdict(list)
    for kind, key, valid_from in sorted(_superseded(changes)):
        gone[kind].append((key, valid_from))
    for kind, versions in gone.items():
        for batch in batches(versions):
            _supersede(kind, batch, revision)
    AgreementRecord.objects.bulk_create(wanted, batch_size=_BATCH)


def versions_now(kind: str, key: str) -> tuple[Version, ...]:
    """All versions of one thing that are believed now, oldest first; empty if there is no such thing."""
    rows = AgreementRecord.objects.filter(superseded_in=None, kind=kind, key=key).order_by("valid_from")
    return tuple(
        Version(start, end, from_facts(kind, facts))
        for start, end, facts in rows.values_list("valid_from", "valid_to", "facts")
    )


def record_versions(before: Sequence[Version], versions: Sequence[Version], revision: Revision) -> None:
    """Let one thing have these versions instead of those of before, in the caller's transaction."""
    value = versions[-1].value
    _record_versions(
        [Change(ChangeKind.CHANGED, value, versions[-1].valid_from, (), tuple(before), tuple(versions))], revision
    )


def _superseded(changes: Iterable[Change]) -> set[tuple[str, str, date]]:
    """Kind, id and first day of every version that is no longer believed."""
    return {
        (*change.key, version.valid_from)
        for change in changes
        for version in change.before
        if version not in change.versions
    }


def _supersede(kind: str, versions: Sequence[tuple[str, date]], revision: Revision) -> None:
    gone = set(versions)
    rows = AgreementRecord.objects.filter(superseded_in=None, kind=kind, key__in={key for key, _ in versions})
    ids = [row for row, key, valid_from in rows.values_list("pk", "key", "valid_from") if (key, valid_from) in gone]
    AgreementRecord.objects.filter(pk__in=ids).update(superseded_in=revision)
