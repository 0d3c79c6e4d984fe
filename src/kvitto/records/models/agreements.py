"""Agreements, roles and prices, each valid in time and recorded in time."""

from typing import ClassVar

from django.db import models

from kvitto.records.models.office import DatedRecord
from kvitto.records.models.people import Person


class AgreementRecord(DatedRecord):
    """One version of a seller, account, profile, section or subscription.

    `facts` is the value of `agreements.hierarchy` as JSON, amounts as text; `parent` is the key it stands under
    (profile → account, section → profile, subscription → section or account). At most one unsuperseded version of a
    key is valid on any day.
    """

    kind = models.CharField(max_length=20, help_text="seller, or a ScopeKind")
    key = models.CharField(max_length=100)
    parent = models.CharField(max_length=100, blank=True)
    facts = models.JSONField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["kind", "key"], name="agreement_by_key"),
            models.Index(fields=["kind", "parent"], name="agreement_by_parent"),
        ]


class RoleAssignment(DatedRecord):
    """A person holds a role on a scope."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="role_assignments")
    role = models.CharField(max_length=60)
    scope_kind = models.CharField(max_length=20)
    scope_key = models.CharField(max_length=100)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["scope_kind", "scope_key"], name="role_by_scope")]


class PriceRecord(DatedRecord):
    """One version of a price; `tiers` is a list of {"from": text, "unit_price": text}."""

    price_sheet = models.CharField(max_length=100)
    meter = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    model = models.CharField(max_length=20)
    tiers = models.JSONField()
    usage_unit = models.CharField(max_length=50)
    price_unit = models.CharField(max_length=50)
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()
    withdrawn = models.BooleanField(default=False)
    name = models.CharField(max_length=200, blank=True)
    category = models.CharField(max_length=200, blank=True)
    region = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["meter", "price_sheet", "currency"], name="price_by_meter")]
