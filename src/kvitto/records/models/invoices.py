"""Issued invoices and their documents: written once. No table here has a column that may change."""

from typing import ClassVar

from django.db import models

from kvitto.money import AMOUNT
from kvitto.records.fields import ExactDecimalField


class NumberSeries(models.Model):
    """The last number taken in a series ("K-2024"); its row is locked by the transaction that issues."""

    name = models.CharField(primary_key=True, max_length=50)
    latest_number = models.BigIntegerField()
    latest_issue_date = models.DateField()


class InvoiceRecord(models.Model):
    """An issued invoice: its canonical facts and their digest, and the columns lists are made from.

    `payable_minor` is the amount to pay in minor units of the currency. Guarded: a row can be added, never changed.
    """

    number = models.CharField(primary_key=True, max_length=50)
    scope_kind = models.CharField(max_length=20)
    scope_key = models.CharField(max_length=100)
    account_key = models.CharField(max_length=100)
    period_start = models.DateField()
    period_end = models.DateField()
    issue_date = models.DateField()
    due_date = models.DateField()
    issued_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    payable_minor = models.BigIntegerField()
    currency_decimals = models.SmallIntegerField()
    total_unrounded = ExactDecimalField(digits=AMOUNT.digits, decimals=AMOUNT.decimals)
    usage_sequence = models.BigIntegerField()
    revision = models.BigIntegerField()
    facts = models.TextField()
    facts_digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scope_kind", "scope_key", "period_start"], name="one_invoice_per_period"),
        ]
        indexes: ClassVar = [models.Index(fields=["account_key"], name="invoice_by_account")]


class DocumentRecord(models.Model):
    """A rendered document of an invoice, stored once. Guarded: a row can be added, never changed."""

    invoice = models.ForeignKey(InvoiceRecord, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=20, help_text="invoice-pdf")
    language = models.CharField(max_length=10)
    path = models.CharField(max_length=300, help_text="below the documents folder")
    bytes = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    made_with = models.TextField(help_text="renderer, fonts and catalogue, with versions")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice", "kind", "language"], name="one_document_per_kind_and_language"),
        ]
