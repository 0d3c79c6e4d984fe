"""Who stands in Partner Center, and which of its pages they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from kvitto.access.actions import Action
from kvitto.agreements.hierarchy import AgreementType, Customer, InvoiceScope, Scope, ScopeKind
from kvitto.language import Phrase, phrase
from kvitto.portal.frame import held_by_reader
from kvitto.portal.navigation import AREAS
from kvitto.portal.permission import person_of
from kvitto.records import gate
from kvitto.records.gate import Everything

_AREA = next(area for area in AREAS if area.name == "partner_center")


@dataclass(frozen=True)
class PartnerCustomer:
    """A customer that the person may see, with the billing profile that holds it and the ids of its subscriptions."""

    profile: InvoiceScope
    customer: Customer
    subscriptions: tuple[str, ...]

    @property
    def scope(self) -> Scope:
        """The customer as a scope."""
        return Scope(ScopeKind.CUSTOMER, self.customer.id)


@dataclass(frozen=True)
class Partner:
    """Somebody with a role of a partner, and what is open to them."""

    everything: Everything

    @property
    def customers(self) -> Sequence[PartnerCustomer]:
        """Every customer that the person may see, in order of the name."""
        return self.everything.once("partner customers", self._customers)

    @property
    def invoiced(self) -> list[InvoiceScope]:
        """The billing profiles whose invoices and reconciliation files are open."""
        scopes = self.everything.invoice_scopes(Action.DOWNLOAD_RECONCILIATION)
        return [scope for scope in scopes if scope.agreement is AgreementType.MPA]

    @property
    def pages(self) -> list[tuple[str, Phrase]]:
        """The pages beside each other: url name and title."""
        invoices = [("partner_invoices", phrase("Invoices"))] if self.invoiced else []
        return [("partner_center", phrase("Customers")), *invoices]

    def _customers(self) -> tuple[PartnerCustomer, ...]:
        own: dict[str, list[str]] = {}
        found = []
        parts = self.everything.parts(ScopeKind.CUSTOMER, Action.SEE_SUBSCRIPTION)
        for profile in {scope.scope: scope for scope, _ in parts}.values():
            for subscription in profile.subscriptions:
                own.setdefault(subscription.customer_id, []).append(subscription.id)
        for profile, customer in parts:
            if isinstance(customer, Customer):
                found.append(PartnerCustomer(profile, customer, tuple(own.get(customer.id, ()))))
        return tuple(sorted(found, key=lambda one: (one.customer.name.casefold(), one.customer.id)))


def partner_of(request: HttpRequest) -> Partner:
    """The reader, for whoever holds a role of a partner; for everybody else there is no such page."""
    person = person_of(request)
    if not _AREA.is_for(person, held_by_reader(request)):
        raise gate.NotFound(phrase("There is no such page."))
    return Partner(gate.everything_of(person))
