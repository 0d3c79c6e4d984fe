"""Work that a person asked for and that goes on behind the page: a large file, a ZIP, a closing."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from kvitto.records.models.people import Person


class Job(models.Model):
    """One piece of work, how far it is, and how it ended. Any of it may be run again from the start.

    `asked_by` is empty for what the office asked itself; `parameters` hold ids and codes. `result` names what came of
    it (a file of the office, a count), `problem` a phrase as facts if it could not be done. `beat_at` is the latest
    sign of life, by the real clock whatever the office's says: of whoever asked, then of the process that works on it,
    which is its `holder`. `fingerprint` tells what is asked for, and by whom: the same is never done twice at a time.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    asked_by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="jobs", null=True)
    state = models.CharField(max_length=20, default="waiting", help_text="waiting, running, done, failed, cancelled")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True, help_text="when the person saw that it had ended")
    steps_done = models.BigIntegerField(default=0)
    steps_total = models.BigIntegerField(null=True, help_text="empty: not known yet")
    result = models.JSONField(default=dict)
    problem = models.JSONField(null=True)
    fingerprint = models.CharField(max_length=64, blank=True, help_text="SHA-256; empty: none of a kind")
    holder = models.UUIDField(null=True, help_text="the process that works on it, or did last")
    attempts = models.IntegerField(default=0, help_text="how often a process began it")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "created_at"], name="job_by_state"),
            models.Index(fields=["asked_by", "created_at"], name="job_by_person"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=Q(state__in=["waiting", "running"]) & ~Q(fingerprint=""),
                name="job_asked_once",
            ),
        ]
