"""Scopes in addresses: `billing-profiles/<id>`."""

from __future__ import annotations

from django.urls import reverse

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.portal.address_parts import PLURALS

_PLURALS = {**PLURALS, ScopeKind.MANAGEMENT_GROUP: "management-groups"}
_KINDS = {plural: kind for kind, plural in _PLURALS.items()}


class KindOfScope:
    """A kind of scope, as addresses call its things: billing-profiles."""

    regex = "|".join(sorted(_KINDS))

    def to_python(self, value: str) -> ScopeKind:
        """The kind."""
        return _KINDS[value]

    def to_url(self, value: ScopeKind | str) -> str:
        """The kind as addresses write it."""
        return _PLURALS[value] if isinstance(value, ScopeKind) else value


def address(name: str, scope: Scope) -> str:
    """Where this page of the scope is."""
    return reverse(name, args=[scope.kind, scope.id])
