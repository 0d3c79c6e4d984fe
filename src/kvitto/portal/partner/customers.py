"""The partner's customers: what each came to this month, and what needs attention."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kvitto.access.actions import Action
from kvitto.agreements.hierarchy import InvoiceScope, Scope
from kvitto.language import Phrase, phrase, phrases
from kvitto.money import Money
from kvitto.portal.partner.standing import Partner, PartnerCustomer, partner_of
from kvitto.portal.search.asked import Asked
from kvitto.records.invoices import IssuedInvoice
from kvitto.runs.invoice_life.giving_back import legal_today
from kvitto.runs.partner.charges import ThisMonth, this_month
from kvitto.runs.partner.invoices import Shown, documents_of, latest_of

_ROWS = 25


@dataclass(frozen=True)
class CustomerRow:
    """A customer with what it came to this month; `why_no_charges` is the rule that keeps that closed."""

    customer: PartnerCustomer
    charges: Money | None
    why_no_charges: Phrase | None
    latest: IssuedInvoice | None


@dataclass(frozen=True)
class Attention:
    """Something to look at, and where."""

    said: Phrase
    address: str = ""


_BY_CHARGES = "charges"
_SORTS: Mapping[str, tuple[Phrase, Callable[[PartnerCustomer], object]]] = {
    "name": (phrase("Name"), lambda one: one.customer.name.casefold()),
    "profile": (phrase("Billing profile"), lambda one: one.profile.name.casefold()),
    "subscriptions": (phrase("Most subscriptions"), lambda one: -len(one.subscriptions)),
    _BY_CHARGES: (phrase("Highest charges this month"), lambda one: one.customer.id),
}


@require_safe
def partner_center(request: HttpRequest) -> HttpResponse:
    """The list, searched and sorted as the address says."""
    partner = partner_of(request)
    asked = Asked.typed(request.GET.get("q", ""))
    seen = _Seen.of(partner)
    sorts = [(name, title) for name, (title, _) in _SORTS.items() if name != _BY_CHARGES or seen.charged]
    sort = request.GET.get("sort", "")
    sort = sort if sort in dict(sorts) else "name"
    found = sorted((one for one in partner.customers if _fits(one, asked)), key=_SORTS[sort][1])  # type: ignore[arg-type]
    if sort == _BY_CHARGES:
        found = seen.by_charges(found)
    page = Paginator(found, _ROWS).get_page(request.GET.get("page"))
    rows, months = seen.rows(list(page.object_list))
    context = {
        "here": "partner_center",
        "pages": partner.pages,
        "now_at": "partner_center",
        "rows": rows,
        "page": page,
        "asked": asked.text,
        "sort": sort,
        "sorts": sorts,
        "sees_charges": bool(seen.charged),
        "sees_invoices": bool(seen.invoiced),
        "sees_nothing": not partner.customers,
        "attention": list(_attention(seen.invoiced, months, legal_today(settings.OFFICE))),
        "moment": min((one.moment for one in months), default=settings.OFFICE.now()),
    }
    return render(request, "portal/partner/customers.html", context)


def _fits(one: PartnerCustomer, asked: Asked) -> bool:
    texts = (one.customer.name, one.customer.id, one.customer.directory, one.profile.name, one.profile.account.name)
    return not asked.words or asked.is_in(*texts)


@dataclass(frozen=True)
class _Seen:
    """What of all customers is open: those whose charges may be seen, and the profiles whose invoices may be."""

    partner: Partner
    charged: frozenset[Scope]
    invoiced: tuple[InvoiceScope, ...]

    @classmethod
    def of(cls, partner: Partner) -> _Seen:
        may = partner.everything.once("partner charges", lambda: _charged(partner))
        return cls(partner, may, tuple(partner.invoiced))

    def by_charges(self, customers: Iterable[PartnerCustomer]) -> list[PartnerCustomer]:
        """The highest first; what is not known comes last."""
        listed = list(customers)
        amounts = self._amounts(listed, self._months(listed))
        lowest = Decimal("-Infinity")
        return sorted(
            listed, key=lambda one: amounts[one.scope].amount if one.scope in amounts else lowest, reverse=True
        )

    def rows(self, customers: list[PartnerCustomer]) -> tuple[list[CustomerRow], list[ThisMonth]]:
        """The rows of a page, and the open months of all profiles that may be seen."""
        months = self._months(customers)
        amounts = self._amounts(customers, months)
        latest = latest_of({scope.scope for scope in self.invoiced})
        rows = [
            CustomerRow(
                one,
                amounts.get(one.scope),
                why.rule if (why := self.partner.everything.why_not(one.scope, Action.SEE_CHARGES)) else None,
                latest.get(one.profile.scope),
            )
            for one in customers
        ]
        return rows, months

    def _months(self, customers: Iterable[PartnerCustomer]) -> list[ThisMonth]:
        """Of every profile, because all are looked at for what needs attention; charges of these customers alone."""
        profiles = {one.profile.scope: one.profile for one in self.partner.customers if one.scope in self.charged}
        wanted = {each for one in customers for each in one.subscriptions}
        return this_month(settings.OFFICE, list(profiles.values()), wanted)

    def _amounts(self, customers: Iterable[PartnerCustomer], months: Iterable[ThisMonth]) -> dict[Scope, Money]:
        by_profile = {one.scope.scope: one for one in months}
        found = {}
        for one in customers:
            month = by_profile.get(one.profile.scope) if one.scope in self.charged else None
            amount = month.of_customer(one.customer.id) if month else None
            if amount is not None:
                found[one.scope] = amount
        return found


def _charged(partner: Partner) -> frozenset[Scope]:
    return frozenset(one.scope for one in partner.customers if partner.everything.may(one.scope, Action.SEE_CHARGES))


def _attention(invoiced: Iterable[InvoiceScope], months: Iterable[ThisMonth], today: date) -> Iterable[Attention]:
    late = documents_of([scope.scope for scope in invoiced], today, Shown.PAST_DUE).count()
    if late:
        said = phrases("{count} invoice is past due.", "{count} invoices are past due.", late)
        yield Attention(said, f"{reverse('partner_invoices')}?show={Shown.PAST_DUE}")
    for month in months:
        if month.unpriced_rows:
            yield Attention(
                phrases(
                    "{name}: {count} usage record has no price yet. It is not in these figures; the invoice waits.",
                    "{name}: {count} usage records have no price yet. They are not in these figures; the invoice"
                    " waits.",
                    month.unpriced_rows,
                    name=month.scope.name,
                )
            )
        for obstacle in month.obstacles:
            yield Attention(obstacle)
