"""What the database knows of usage: which files exist, what came in, and what was refused."""

from typing import ClassVar

from django.db import models


class UsageImport(models.Model):
    """One file given to `usage import`, and what became of its rows. Kept also when nothing was accepted."""

    source = models.CharField(max_length=100)
    file = models.CharField(max_length=500)
    file_digest = models.CharField(max_length=64)
    imported_at = models.DateTimeField()
    accepted = models.BigIntegerField()
    duplicates = models.BigIntegerField()
    refused = models.BigIntegerField()
    refused_before = models.BigIntegerField(default=0, help_text="of the refused, known from an earlier import")


class UsageBatch(models.Model):
    """Rows that were accepted together, in one transaction.

    `sequence` is the number of usage rows ever accepted, up to and including this batch. It is the first half of an
    as-of: the rows known at sequence n are those of the batches up to n, however they were cut into files.
    """

    sequence = models.BigIntegerField(primary_key=True)
    usage_import = models.ForeignKey(UsageImport, on_delete=models.PROTECT)
    accepted_at = models.DateTimeField()
    rows = models.BigIntegerField()


class UsageFile(models.Model):
    """One immutable Parquet file of the store. A file without a row here does not exist, whatever lies on disk."""

    path = models.CharField(primary_key=True, max_length=300, help_text="below the store's folder")
    batch = models.ForeignKey(UsageBatch, on_delete=models.PROTECT, related_name="files")
    month = models.CharField(max_length=7)
    bucket = models.IntegerField()
    rows = models.BigIntegerField()
    bytes = models.BigIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["month", "bucket"], name="usage_file_by_partition")]


class UsageTombstone(models.Model):
    """What stands in the place of a file of usage that was kept as long as the law asks and then deleted. Guarded.

    Its rows still count in the sequence.
    """

    path = models.CharField(primary_key=True, max_length=300)
    batch = models.ForeignKey(UsageBatch, on_delete=models.PROTECT, related_name="deleted_files")
    month = models.CharField(max_length=7)
    bucket = models.IntegerField()
    rows = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    deleted_at = models.DateTimeField()


class RefusedRow(models.Model):
    """A row that was not accepted, kept as it came, with where it stood and why.

    The same row refused again (same source, same text, same count of occurrence in its file) is the same RefusedRow.
    `accepted_in` is set once a later import accepted it, for example when its moment is no longer in the future.
    """

    source = models.CharField(max_length=100)
    row_digest = models.CharField(max_length=64)
    occurrence = models.IntegerField(default=1)
    usage_import = models.ForeignKey(UsageImport, on_delete=models.PROTECT)
    line = models.BigIntegerField()
    column = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=50)
    values = models.JSONField(help_text="what the reason's sentence needs")
    raw = models.TextField()
    accepted_in = models.ForeignKey(UsageBatch, on_delete=models.PROTECT, null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "row_digest", "occurrence"], name="refused_once"),
        ]
