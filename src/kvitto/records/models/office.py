"""Facts about the office itself, and the revisions in which anything was recorded."""

import uuid

from django.db import models


class OfficeFact(models.Model):
    """A fact fixed when the office was made, such as the number of usage buckets."""

    name = models.CharField(primary_key=True, max_length=100)
    value = models.TextField()


class Revision(models.Model):
    """One recording of agreements or prices. Its number is the second time axis, that of what was known.

    `mark` is random: what a process remembers of a revision is never taken for that of another with the same number.
    """

    number = models.BigAutoField(primary_key=True)
    mark = models.UUIDField(default=uuid.uuid4, editable=False)
    recorded_at = models.DateTimeField(help_text="by the office's clock")
    cause = models.TextField(help_text="the command and the file that recorded it")


class DatedRecord(models.Model):
    """A fact with two time axes: the days it is valid, and the revisions in which it was believed.

    Nothing is edited: a correction supersedes the row and records another.
    """

    valid_from = models.DateField()
    valid_to = models.DateField(null=True, help_text="first day it no longer holds; empty: until further notice")
    recorded_in = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    superseded_in = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        abstract = True


class AttemptCount(models.Model):
    """What somebody tried lately, for all processes of the portal: a table as Django's cache writes it.

    The key is a keyed digest of who tried what: neither an address nor a network address can be read from it.
    """

    cache_key = models.CharField(primary_key=True, max_length=255)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "kvitto_attempts"
