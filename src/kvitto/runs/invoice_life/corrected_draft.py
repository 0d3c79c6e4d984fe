"""The invoice that replaces a voided one: its period, rated again, with the parties, taxes and numbers of today."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.errors import UnableTo
from kvitto.invoicing.drafting import draft
from kvitto.invoicing.invoice import AsOf, CreditedInvoice, Invoice
from kvitto.language import phrase
from kvitto.records.agreements import invoice_scope
from kvitto.records.links import scope_of
from kvitto.records.models import InvoiceRecord
from kvitto.runs.office import Office
from kvitto.runs.rated_periods import rate_periods
from kvitto.runs.scope_versions import ScopeVersions

REBILL = "rebill"


class UnableToRebill(UnableTo):
    """The invoice cannot be made again."""


def corrected_draft(office: Office, record: InvoiceRecord, original: Invoice, as_of: AsOf, issue_date: date) -> Invoice:
    """The invoice, without a number, that replaces `original`.

    What was used and what it cost is taken as it was known at `as_of`: the original's own, so that the charges are the
    same, or the present one, so that usage and prices that came since count. Parties, addresses, purchase order, tax,
    terms and the seller are those agreed now. Raises `UnableToRebill` if there is no such agreement any more, if
    usage has no price, or if something else keeps the invoice from being issued.
    """
    now = invoice_scope(scope_of(record))
    if now is None:
        raise _gone(original)
    whole = invoice_scope(scope_of(record), as_of.revision) or now
    then = ScopeVersions(as_of.revision, [whole.scope]).for_period(whole, original.period) or whole
    scope = with_parties_of(now, then)
    (rated,) = rate_periods(office, [(scope, original.period)], as_of, original.kind)
    if rated.unpriced:
        raise UnableToRebill(
            phrase(
                "Invoice {number} cannot be rebilled: usage of its period has no price. “kvitto charges” names it.",
                number=original.number,
            )
        )
    if rated.obstacles:
        raise UnableToRebill(rated.obstacles[0])
    drafted = draft(rated.facts(issue_date, as_of, previous=original.previous))
    return replace(drafted, refers_to=CreditedInvoice(original.number, original.issue_date, REBILL))


def with_parties_of(now: InvoiceScope, then: InvoiceScope) -> InvoiceScope:
    """What was sold as it stood then; who it is between, and on which terms, as it stands now."""
    account = replace(
        now.account,
        price_sheet=then.account.price_sheet,
        currency=then.account.currency,
        pricing_currency=then.account.pricing_currency,
    )
    profile = replace(now.profile, currency=then.profile.currency) if now.profile and then.profile else then.profile
    return replace(then, seller=now.seller, account=account, profile=profile)


def _gone(original: Invoice) -> UnableToRebill:
    return UnableToRebill(
        phrase(
            "Invoice {number} cannot be rebilled: what it was made for is no longer agreed. Void it instead.",
            number=original.number,
        )
    )
