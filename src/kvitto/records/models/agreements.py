"""Agreements, roles and prices, each valid in time and recorded in time."""

from typing import ClassVar

from django.db import models

from kvitto.records.models.office import DatedRecord
from kvitto.records.models.people import Group, Person


class AgreementRecord(DatedRecord):
    """One version of something agreed: a seller, a scope, a credit lot or an exchange rate.

    `facts` is the value of `agreements` as JSON, amounts as text; `parent` is the key it stands under
    (`agreements.facts.parent_of`). At most one unsuperseded version of a key is valid on any day.
    """

    kind = models.CharField(max_length=20, help_text="as agreements.facts.kind_of says")
    key = models.CharField(max_length=100)
    parent = models.CharField(max_length=100, blank=True)
    facts = models.JSONField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["kind", "key"], name="agreement_by_key"),
            models.Index(fields=["kind", "parent"], name="agreement_by_parent"),
        ]


class RoleAssignment(DatedRecord):
    """A person, or everyone in a group, holds a role on a scope: exactly one of the two is set."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="role_assignments", null=True)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="role_assignments", null=True)
    role = models.CharField(max_length=60)
    scope_kind = models.CharField(max_length=20)
    scope_key = models.CharField(max_length=100)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["scope_kind", "scope_key"], name="role_by_scope")]


class PolicySetting(DatedRecord):
    """The value of a policy on a scope (roles.md §8); where there is none, the policy has its default."""

    policy = models.CharField(max_length=60, help_text="as access.policies.Policy names it")
    value = models.CharField(max_length=40)
    scope_kind = models.CharField(max_length=20)
    scope_key = models.CharField(max_length=100)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["scope_kind", "scope_key"], name="policy_by_scope")]


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
    kind = models.CharField(max_length=20, default="usage")
    tax_class = models.CharField(max_length=50, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    earned_credit = models.SmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["meter", "price_sheet", "currency"], name="price_by_meter")]
