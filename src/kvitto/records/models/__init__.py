"""Everything Kvitto keeps in its database, by what it is about."""

from kvitto.records.models.agreements import AgreementRecord, PriceRecord, RoleAssignment
from kvitto.records.models.invoices import DocumentRecord, InvoiceRecord, NumberSeries
from kvitto.records.models.office import OfficeFact, Revision
from kvitto.records.models.people import Person
from kvitto.records.models.usage import RefusedRow, UsageBatch, UsageFile, UsageImport

__all__ = [
    "AgreementRecord",
    "DocumentRecord",
    "InvoiceRecord",
    "NumberSeries",
    "OfficeFact",
    "Person",
    "PriceRecord",
    "RefusedRow",
    "Revision",
    "RoleAssignment",
    "UsageBatch",
    "UsageFile",
    "UsageImport",
]
