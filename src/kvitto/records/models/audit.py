"""The audit trail: what was done and refused, chained by hash. Holds no name and no address."""

from typing import ClassVar

from django.db import models


class AuditEntry(models.Model):
    """One thing that happened. `digest` covers the entry and the digest of the one before. Guarded: never changed.

    `who` is a person's random id, empty for a command of the operator; `facts` holds ids and codes, never names,
    addresses or secrets.
    """

    number = models.BigIntegerField(primary_key=True)
    happened_at = models.DateTimeField()
    who = models.CharField(max_length=36, blank=True)
    door = models.CharField(max_length=20, help_text="portal, command, run")
    action = models.CharField(max_length=40)
    outcome = models.CharField(max_length=20, help_text="done, allowed, refused, not-found")
    scope_kind = models.CharField(max_length=20, blank=True)
    scope_key = models.CharField(max_length=100, blank=True)
    facts = models.TextField(help_text="canonical JSON")
    digest = models.CharField(max_length=64)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["scope_kind", "scope_key"], name="audit_by_scope"),
            models.Index(fields=["who"], name="audit_by_person"),
            models.Index(fields=["action", "number"], name="audit_by_action"),
        ]


class Tombstone(models.Model):
    """What stands in the place of an invoice that was kept as long as the law asks and then deleted. Guarded.

    `series` is the row of NumberSeries that the number was taken from. What was invoiced for which period stays known,
    so that no period is ever invoiced again because its invoice is gone.
    """

    number = models.CharField(primary_key=True, max_length=50)
    series = models.CharField(max_length=50)
    facts_digest = models.CharField(max_length=64)
    document_type = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    edition = models.IntegerField()
    scope_kind = models.CharField(max_length=20)
    scope_key = models.CharField(max_length=100)
    period_start = models.DateField()
    period_end = models.DateField()
    issue_date = models.DateField()
    deleted_at = models.DateTimeField()
    rule = models.CharField(max_length=100, help_text="the country and the years it was kept for")
