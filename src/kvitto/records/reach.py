"""What a person's roles reach, as queries: for lists and searches that must not load all of it to show some rows.

A query gives a little more than may be seen (a role may reach a thing and open nothing of it, or belong to another
directory), never less; whoever lists it asks `records.scope_path` about the rows that are shown. What nothing reaches
is never touched, so that an answer says nothing about it, nor does the time it takes.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from kvitto.agreements.hierarchy import ScopeKind
from kvitto.records.models import AgreementRecord, InvoiceRecord, Person, RoleAssignment
from kvitto.records.revisions import believed


def reached(person: Person, kind: ScopeKind) -> QuerySet[AgreementRecord]:
    """The present versions of all things of this kind that a role of the person reaches, by itself or from above."""
    if not person.is_active:
        return AgreementRecord.objects.none()
    held = _held(person)
    wanted = Q(key__in=held[kind])
    match kind:
        case ScopeKind.BILLING_PROFILE | ScopeKind.DEPARTMENT:
            wanted |= Q(parent__in=held[ScopeKind.BILLING_ACCOUNT])
        case ScopeKind.INVOICE_SECTION | ScopeKind.CUSTOMER:
            wanted |= Q(parent__in=_keys(person, ScopeKind.BILLING_PROFILE))
        case ScopeKind.ENROLLMENT_ACCOUNT:
            wanted |= Q(parent__in=held[ScopeKind.BILLING_ACCOUNT])
            wanted |= Q(parent__in=_keys(person, ScopeKind.DEPARTMENT))
        case ScopeKind.SUBSCRIPTION:
            wanted |= Q(parent__in=held[ScopeKind.BILLING_ACCOUNT])
            for above in (ScopeKind.INVOICE_SECTION, ScopeKind.CUSTOMER, ScopeKind.ENROLLMENT_ACCOUNT):
                wanted |= Q(parent__in=_keys(person, above))
            if groups := _groups(person):
                wanted |= Q(facts__management_group_id__in=sorted(groups))
        case ScopeKind.MANAGEMENT_GROUP:
            wanted = Q(key__in=sorted(_groups(person)))
    return current(kind).filter(wanted)


def reached_invoices(person: Person) -> QuerySet[InvoiceRecord]:
    """The invoices and credit notes that a role of the person reaches; sections and departments never open one."""
    if not person.is_active:
        return InvoiceRecord.objects.none()
    held = _held(person)
    wanted = Q(account_key__in=held[ScopeKind.BILLING_ACCOUNT])
    wanted |= Q(scope_kind=ScopeKind.BILLING_PROFILE.value, scope_key__in=held[ScopeKind.BILLING_PROFILE])
    subscriptions = Q(scope_key__in=held[ScopeKind.SUBSCRIPTION])
    if groups := _groups(person):
        in_groups = current(ScopeKind.SUBSCRIPTION).filter(facts__management_group_id__in=sorted(groups))
        subscriptions |= Q(scope_key__in=in_groups.values("key"))
    return InvoiceRecord.objects.filter(wanted | (Q(scope_kind=ScopeKind.SUBSCRIPTION.value) & subscriptions))


def current(kind: ScopeKind) -> QuerySet[AgreementRecord]:
    """The present versions of all things of a kind."""
    return believed(AgreementRecord.objects.filter(kind=kind.value, valid_to=None), None)


def _held(person: Person) -> dict[ScopeKind, QuerySet[RoleAssignment, str]]:
    own = RoleAssignment.objects.filter(superseded_in=None, valid_to=None)
    own = own.filter(Q(person=person) | Q(group__members=person))
    return {kind: own.filter(scope_kind=kind.value).values_list("scope_key", flat=True) for kind in ScopeKind}


def _keys(person: Person, kind: ScopeKind) -> QuerySet[AgreementRecord, str]:
    return reached(person, kind).values_list("key", flat=True)


def _groups(person: Person) -> set[str]:
    """The management groups on which the person holds a role, with those below."""
    found = set(_held(person)[ScopeKind.MANAGEMENT_GROUP])
    if not found:
        return found
    parent_of = dict(current(ScopeKind.MANAGEMENT_GROUP).values_list("key", "parent"))
    while more := {key for key, parent in parent_of.items() if parent in found} - found:
        found |= more
    return found
