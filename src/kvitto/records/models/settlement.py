"""The ledger of credit lots: what came, what invoices took, what was given back, what expired."""

from typing import ClassVar

from django.db import models

from kvitto.records.models.invoices import InvoiceRecord


class LotBalance(models.Model):
    """What is left of a lot; its row is locked by the transaction that takes from it or adds to it.

    Always the sum of the lot's entries: `settlement.check_balances` says where it is not.
    """

    lot_key = models.CharField(primary_key=True, max_length=100)
    scope_kind = models.CharField(max_length=20)
    scope_key = models.CharField(max_length=100)
    currency = models.CharField(max_length=3)
    currency_decimals = models.SmallIntegerField()
    left_minor = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["scope_kind", "scope_key"], name="lot_by_scope")]


class LotEntry(models.Model):
    """One movement of a lot, in minor units: positive adds, negative takes. Guarded: added, never changed.

    `kind`: "new-credit", "settled-charges", "given-back", "expired", "adjustment". `invoice` is the invoice that took
    or the credit note that gave back. `reference` makes a movement without a document happen once: it names the
    period that was settled without an invoice, counts what came and expired, or is the operator's.
    """

    lot = models.ForeignKey(LotBalance, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=20)
    amount_minor = models.BigIntegerField()
    invoice = models.ForeignKey(InvoiceRecord, on_delete=models.PROTECT, null=True, related_name="lot_entries")
    on_day = models.DateField()
    cause = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=100, null=True)  # noqa: DJ001 - many without one may stand side by side
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["lot", "invoice", "kind"],
                condition=models.Q(invoice__isnull=False),
                name="lot_settles_an_invoice_once",
            ),
            models.UniqueConstraint(fields=["lot", "kind", "reference"], name="lot_moved_once"),
        ]
