"""Policies: what is set on a scope."""

from kvitto.records.policy_settings import policies_on

__all__ = ["policies_on"]
