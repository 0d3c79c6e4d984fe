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
