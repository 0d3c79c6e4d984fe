"""The files beside a partner's invoice, made when they are asked for; always the same of the same invoice."""

from __future__ import annotations

from contextlib import ExitStack

from kvitto.agreements.hierarchy import AgreementType, InvoiceScope, Scope, ScopeKind
from kvitto.documents.partner_files.daily_rated import daily_rated_csv
from kvitto.documents.partner_files.reconciliation import reconciliation_csv
from kvitto.documents.partner_files.sold import Sold
from kvitto.errors import UnableTo
from kvitto.invoicing.invoice import Invoice
from kvitto.language import phrase
from kvitto.periods import Period
from kvitto.records.agreements import own_invoice_scope
from kvitto.records.invoices import load
from kvitto.records.prices import prices_by_id
from kvitto.runs.make_documents import UsageFile
from kvitto.runs.office import Office
from kvitto.runs.period_charges import charges_of_period
from kvitto.runs.scope_versions import ScopeVersions


class NotOfPartner(UnableTo):
    """The document is no partner's, and has no such file."""


def reconciliation_file(number: str, customer_id: str = "") -> bytes:
    """The lines of this invoice or credit note; of one customer alone, if it is named.

    Raises `NotIssued`, `Altered` or `NotOfPartner`.
    """
    invoice = load(number)
    scope = _scope_then(invoice)
    own = {line.subscription_id for line in invoice.lines if line.customer_id == customer_id} if customer_id else None
    return reconciliation_csv(invoice, Sold(scope, prices_by_id(line.price_id for line in invoice.lines), own))


def daily_rated_file(office: Office, scope: InvoiceScope, period: Period) -> UsageFile:
    """The daily-rated usage of a partner's billing profile, or of part of it; see `charges_of_period`.

    Whatever can fail fails before the first piece.
    """
    opened = ExitStack()
    found = opened.enter_context(charges_of_period(office, scope, period))
    sold = Sold(found.scope, prices_by_id(found.prices), found.subscriptions)
    pieces = daily_rated_csv(found.invoice, found.charges(), sold)
    return UsageFile(opened, found.unpriced(), pieces, found.rated.charge_count())


def _scope_then(invoice: Invoice) -> InvoiceScope:
    """What the invoice was made for, as it was known then."""
    revision = invoice.as_of.revision
    scope = own_invoice_scope(Scope(ScopeKind.BILLING_PROFILE, invoice.profile_id), revision)
    if scope is None or invoice.agreement != AgreementType.MPA:
        raise NotOfPartner(phrase("{number} is not an invoice of a partner.", number=invoice.number))
    return ScopeVersions(revision, [scope.scope]).for_period(scope, invoice.period) or scope
