"""Everything Kvitto keeps in its database, by what it is about."""

from kvitto.records.models.agreements import AgreementRecord, PolicySetting, PriceRecord, RoleAssignment
from kvitto.records.models.audit import AuditEntry, Tombstone
from kvitto.records.models.invoices import (
    DocumentRecord,
    InvoiceLink,
    InvoiceRecord,
    NumberSeries,
    PaymentRecord,
    RefundRecord,
)
from kvitto.records.models.jobs import Job
from kvitto.records.models.office import AttemptCount, OfficeFact, Revision
from kvitto.records.models.people import FormerAddress, Group, Person, SignInLink
from kvitto.records.models.requests import CopyRequest
from kvitto.records.models.settlement import LotBalance, LotEntry
from kvitto.records.models.usage import RefusedRow, UsageBatch, UsageFile, UsageImport, UsageTombstone

__all__ = [
    "AgreementRecord",
    "AttemptCount",
    "AuditEntry",
    "CopyRequest",
    "DocumentRecord",
    "FormerAddress",
    "Group",
    "InvoiceLink",
    "InvoiceRecord",
    "Job",
    "LotBalance",
    "LotEntry",
    "NumberSeries",
    "OfficeFact",
    "PaymentRecord",
    "Person",
    "PolicySetting",
    "PriceRecord",
    "RefundRecord",
    "RefusedRow",
    "Revision",
    "RoleAssignment",
    "SignInLink",
    "Tombstone",
    "UsageBatch",
    "UsageFile",
    "UsageImport",
    "UsageTombstone",
]
