"""Requests: somebody who may not open an invoice asks those who can let them."""

import uuid
from typing import ClassVar

from django.db import models

from kvitto.records.models.people import Person


class CopyRequest(models.Model):
    """One person's wish to see the invoices of something, and what became of it.

    `wanted` is what they typed or where they asked from; the scope is empty if there is no such thing, which the
    asker never learns. `decided_by` granted or declined it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="copy_requests")
    wanted = models.CharField(max_length=100)
    scope_kind = models.CharField(max_length=20, blank=True)
    scope_key = models.CharField(max_length=100, blank=True)
    message = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=20, default="open", help_text="open, granted, declined, withdrawn")
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, on_delete=models.SET_NULL, related_name="decided_requests", null=True)
    role = models.CharField(max_length=50, blank=True, help_text="what was given")
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["scope_kind", "scope_key", "state"], name="request_by_scope"),
            models.Index(fields=["asked_by", "created_at"], name="request_by_person"),
        ]
