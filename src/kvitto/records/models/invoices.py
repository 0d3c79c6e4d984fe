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
    """An issued invoice or credit note: its canonical facts and their digest, and the columns lists are made from.

    `payable_minor` is the amount to pay in minor units of the currency, of a credit note the amount given back;
    `with_tax_minor` is the total with tax. `document_type` and `kind` are those of `invoicing.invoice`. `edition`: 1
    for the invoice of a period, higher for what replaces or corrects it; credit notes are counted by themselves.
    `refers_to` is the number of the invoice that a credit note gives back or that this one replaces.
    Guarded: a row can be added, never changed.
    """

    number = models.CharField(primary_key=True, max_length=50)
    document_type = models.CharField(max_length=20, default="Invoice")
    kind = models.CharField(max_length=20, default="AzureServices")
    edition = models.IntegerField(default=1)
    refers_to = models.CharField(max_length=50, blank=True)
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
    with_tax_minor = models.BigIntegerField(null=True, help_text="empty in records of before it was kept")
    currency_decimals = models.SmallIntegerField()
    total_unrounded = ExactDecimalField(digits=AMOUNT.digits, decimals=AMOUNT.decimals)
    usage_sequence = models.BigIntegerField()
    revision = models.BigIntegerField()
    facts = models.TextField()
    facts_digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["scope_kind", "scope_key", "period_start", "document_type", "kind", "edition"],
                name="one_invoice_per_period",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account_key"], name="invoice_by_account"),
            models.Index(fields=["refers_to"], name="invoice_by_reference"),
        ]


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


class InvoiceLink(models.Model):
    """How two documents of the office belong together. Guarded: a row can be added, never changed.

    `kind`: "void" (`other` is the credit note that voids `invoice`), "rebill" (`other` replaces `invoice`), "credit"
    (`other` gives back a part of `invoice`), "correction" (`other` bills something of the period of `invoice`).
    `reference`: the operator's, unique per invoice where given, so that the same part is never given back twice.
    """

    invoice = models.ForeignKey(InvoiceRecord, on_delete=models.PROTECT, related_name="links")
    other = models.ForeignKey(InvoiceRecord, on_delete=models.PROTECT, related_name="linked_from")
    kind = models.CharField(max_length=20)
    reference = models.CharField(max_length=100, null=True)  # noqa: DJ001 - several without one may stand side by side
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice", "other", "kind"], name="linked_once"),
            models.UniqueConstraint(fields=["invoice", "reference"], name="given_back_once"),
        ]


class PaymentRecord(models.Model):
    """Money that came, was tried for, or was given back, for one invoice. Guarded: a row can be added, never changed.

    `kind`: "payment", "failed" (nothing came; `reason` says why), "refund" (went back to the payer), "reversal" (a
    payment that was recorded by mistake; `reverses` names it). `amount_minor` is positive. `reference`: the
    operator's, unique per invoice where given, so that the same payment is never recorded twice.
    """

    invoice = models.ForeignKey(InvoiceRecord, on_delete=models.PROTECT, related_name="payments")
    kind = models.CharField(max_length=20)
    paid_on = models.DateField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    method_family = models.CharField(max_length=20, blank=True, help_text="CreditCard, Credits, CheckWire …")
    method = models.CharField(max_length=50, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=100, null=True)  # noqa: DJ001 - several without one may stand side by side
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice", "reference"], name="payment_recorded_once"),
            models.UniqueConstraint(fields=["reverses"], name="reversed_once"),
        ]


class RefundRecord(models.Model):
    """One step of giving money back to the payer of an invoice. Guarded: a row can be added, never changed.

    `step`: "requested", then "approved", "declined", "cancelled" or "expired", and after "approved" "completed". The
    steps of one refund share `reference`, which the operator chooses. `amount_minor` is what was asked for, approved or
    paid out. `credit_note`: of an approval, the one that gives back what was not on account.
    """

    invoice = models.ForeignKey(InvoiceRecord, on_delete=models.PROTECT, related_name="refunds")
    reference = models.CharField(max_length=100)
    step = models.CharField(max_length=20)
    on_day = models.DateField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=200, blank=True)
    credit_note = models.ForeignKey(InvoiceRecord, on_delete=models.PROTECT, null=True, related_name="approved_refunds")
    payment = models.ForeignKey(PaymentRecord, on_delete=models.PROTECT, null=True, related_name="completed_refunds")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice", "reference", "step"], name="refund_step_once"),
        ]
