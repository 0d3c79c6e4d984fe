"""Why there is no invoice for a billing period, or which one there is; for the office itself, or for one person.

A person is answered what he or she may know. Whoever may see the list of invoices, but open none, is told why there is
no invoice like everybody else, and of one that exists, why it may not be opened: the list shows it. To anyone else the
answer never tells whether there is one, because it is found without looking.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from kvitto.access.answers import Refused as Refusing
from kvitto.agreements.hierarchy import AgreementType, InvoiceScope, Scope, ScopeKind
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.offers import OfferKind
from kvitto.agreements.tree import Tree
from kvitto.errors import UnableTo
from kvitto.invoicing.absence import (
    Absence,
    AbsenceFacts,
    Asker,
    Moved,
    Reason,
    Refusal,
    Relation,
    why_no_invoice,
    without_amounts,
)
from kvitto.invoicing.status import Status
from kvitto.language import Phrase, phrase
from kvitto.periods import Period
from kvitto.records import gate
from kvitto.records.agreements import latest_revision, tree_around
from kvitto.records.gate import Action, NotFound, Refused
from kvitto.records.invoices import IssuedInvoice
from kvitto.records.models import Person
from kvitto.records.people import person_called
from kvitto.runs.asked_scope import asked_scope, scope_called
from kvitto.runs.listed_periods import issued_periods_of, main_kind
from kvitto.runs.named_period import UnableToFindPeriod, days_named, named_period
from kvitto.runs.office import Office
from kvitto.runs.period_rows import PeriodRow, row_of
from kvitto.runs.rated_periods import terms_of
from kvitto.runs.said_of_invoice import said_of
from kvitto.runs.scope_versions import ScopeVersions

_NO_RIGHT_OF_BEFORE = phrase("Your roles here do not open the invoices.")


class UnableToExplain(UnableTo):
    """What is called so has no invoices by itself."""


@dataclass(frozen=True)
class Answer:
    """The sentences that answer, most important first: what is so, and what to do.

    `asked`: the name that was asked for. `invoice` with its `status` if there is one that the asker may know of;
    `reason` if there is none, or if it may not be opened. `changes_on`, `invoice_day` and `helpers` as in
    `invoicing.absence.Absence`. `scope` and `period` are None for someone who may not know them. `is_closed`: the
    person may not see or not open what they asked about.
    """

    asked: str
    sentences: tuple[Phrase, ...]
    kind: InvoiceKind = InvoiceKind.SERVICES
    scope: InvoiceScope | None = None
    period: Period | None = None
    reason: Reason | None = None
    invoice: IssuedInvoice | None = None
    status: Status | None = None
    changes_on: date | None = None
    invoice_day: date | None = None
    helpers: tuple[str, ...] = ()
    is_closed: bool = False


def why(
    office: Office, name: str, period: str, person: str | Person | None = None, kind: InvoiceKind | None = None
) -> Answer:
    """The answer for the period named by its first day's month ("2024-02") or by that day itself.

    `name` is explained in `runs.asked_scope`; a subscription that is invoiced together with others answers for its
    billing profile or enrollment. `person` (or an e-mail address): who asks, None for the office. `kind`: None for the
    one that the scope is invoiced by in the first place. Raises `UnknownPerson`, `UnableToFindScope`,
    `UnableToExplain` or `UnableToFindPeriod`.
    """
    asker = person_called(person) if isinstance(person, str) else person
    if asker is None:
        return _Question(office, name, scope_called(name), period, None, kind).answer()
    asked = asked_scope(asker, name)
    if asked.scope is None:
        stranger = Asker(asker.email, name, asked.relation, asked.directory)
        days_named(period)  # what is no name of a period is told to strangers as to anyone
        return _closed(name, kind or InvoiceKind.SERVICES, AbsenceFacts(None, stranger))
    return _Question(office, name, asked.scope, period, asker, kind).answer()


@dataclass(frozen=True)
class _Question:
    """What is asked of a scope that is there, by someone whom something binds to it."""

    office: Office
    name: str
    asked: Scope
    period_name: str
    person: Person | None
    asked_kind: InvoiceKind | None

    def answer(self) -> Answer:
        """Look where the invoice of the period would be, and whether the person may know; then look for it."""
        tree = tree_around([self.asked])
        scope, moved = self._target(tree)
        kind = self.asked_kind or main_kind(scope)
        facts = AbsenceFacts(terms_of(scope, kind), asked_from=days_named(self.period_name).start)
        if facts.terms and moved:
            facts = replace(facts, terms=replace(facts.terms, moved=moved))
        if facts.terms and kind is InvoiceKind.SUPPORT:
            facts = replace(facts, terms=replace(facts.terms, support_plans=self._support_plans(scope)))
        if refusal := self._refusal(scope):
            return _closed(self.name, kind, self._refused(facts, refusal))
        if absence := without_amounts(facts):
            return _told(self.name, kind, absence, scope)
        named = named_period(scope, self.period_name, self.office.now(), kind, issued_periods_of(scope, kind))
        if refusal := self._refusal_of(scope, named, kind):
            return _closed(self.name, kind, self._refused(facts, refusal))
        return self._found(scope, row_of(self.office, scope, named, kind))

    def _target(self, tree: Tree) -> tuple[InvoiceScope, Moved | None]:
        """What the period is invoiced in; and where to, if the asked subscription had moved away by then."""
        now, own = tree.invoice_scope(self.asked), tree.own_invoice_scope(self.asked)
        if now is None:
            return self._account_moved(tree)
        if own is None or own.scope == now.scope or not own.subscription:
            return now, None
        left_on = own.days[self.asked.id][-1].end
        if left_on <= days_named(self.period_name).start:
            return now, Moved(left_on, now.name, now.scope.id)
        try:
            named_period(own, self.period_name, self.office.now(), issued=self._issued_before(own))
        except UnableToFindPeriod:
            return now, None  # the month of the move, whose first days are on an earlier invoice
        return own, None

    def _issued_before(self, own: InvoiceScope) -> list[Period]:
        """The periods invoiced before the move, for those who may know that."""
        if self.person and not gate.history_of(self.person, self.asked, Action.SEE_INVOICES):
            return []
        return issued_periods_of(own, InvoiceKind.SERVICES)

    def _account_moved(self, tree: Tree) -> tuple[InvoiceScope, Moved]:
        """Of a whole account: what it became, if it did."""
        account = tree.accounts.get(self.asked.id) if self.asked.kind is ScopeKind.BILLING_ACCOUNT else None
        of_account = [one for one in tree.invoice_scopes() if account and one.account.id == account.id]
        if account is None or not account.moved_to or account.moved_on is None or not of_account:
            raise UnableToExplain(
                phrase(
                    "{name} is not invoiced as a whole. Name one of its subscriptions or billing profiles.",
                    name=self.name,
                )
            )
        later = tree_around([Scope(ScopeKind.BILLING_ACCOUNT, account.moved_to)]).accounts.get(account.moved_to)
        return of_account[0], Moved(account.moved_on, later.name if later else account.moved_to, account.moved_to)

    def _refusal(self, scope: InvoiceScope) -> Refusal | None:
        """Why the person may not see invoices there at all; None if they may."""
        if self.person is None:
            return None
        if scope.subscription and gate.history_of(self.person, self.asked, Action.SEE_INVOICES):
            return None  # of some of its owners; `_refusal_of` asks about each period's own
        try:
            gate.scope_for(self.person, self.asked, Action.SEE_INVOICES)
        except Refused as refused:
            return _refusal(refused, scope)
        except NotFound:
            return Refusal(_NO_RIGHT_OF_BEFORE)  # rights of before the move alone
        return None

    def _refusal_of(self, scope: InvoiceScope, period: Period, kind: InvoiceKind) -> Refusal | None:
        """Why the person may not see an invoice of this period and kind, which has an owner and an age."""
        if self.person is None:
            return None
        then = ScopeVersions(latest_revision(), [scope.scope]).for_period(scope, period) or scope
        try:
            gate.require_invoice_of(self.person, scope.scope, then.account.id, period.start, kind, Action.SEE_INVOICES)
        except Refused as refused:
            return _refusal(refused, scope)
        except NotFound:
            return Refusal(_NO_RIGHT_OF_BEFORE)  # somebody else was the owner then
        return None

    def _refused(self, facts: AbsenceFacts, refusal: Refusal) -> AbsenceFacts:
        assert self.person  # noqa: S101 - the office is refused nothing
        asker = Asker(self.person.email, self.name, Relation.ROLE, refusal=refusal)
        return replace(facts, asker=asker, time=None, amounts=None)

    def _support_plans(self, scope: InvoiceScope) -> tuple[str, ...]:
        """Names of the account's support plans, as far as the person may see them."""
        account = tree_around([Scope(ScopeKind.BILLING_ACCOUNT, scope.account.id)])
        return tuple(
            one.name
            for one in account.subscriptions.values()
            if one.account_id == scope.account.id and one.offer.kind is OfferKind.SUPPORT and self._sees(one.id)
        )

    def _sees(self, subscription: str) -> bool:
        scope = Scope(ScopeKind.SUBSCRIPTION, subscription)
        return self.person is None or gate.is_allowed(self.person, scope, Action.SEE_SUBSCRIPTION)

    def _found(self, scope: InvoiceScope, row: PeriodRow) -> Answer:
        if row.invoice is None:
            assert row.absence  # noqa: S101 - a row without an invoice has one
            told = _told(self.name, row.kind, row.absence, scope)
            notice = (row.overage_notice,) if row.overage_notice else ()
            return replace(told, sentences=(*told.sentences, *notice), period=row.period)
        sentence = said_of(row.invoice, row)
        answer = Answer(self.name, (sentence,), row.kind, scope, row.period, invoice=row.invoice, status=row.status)
        return self._as_opened(answer, row.invoice)

    def _as_opened(self, answer: Answer, invoice: IssuedInvoice) -> Answer:
        """With the reason why this person may not open the invoice, if that is so."""
        if self.person is None or answer.scope is None:
            return answer
        try:
            gate.invoice_for(self.person, invoice.number, Action.DOWNLOAD_INVOICE)
        except Refused as refused:
            facts = AbsenceFacts(terms_of(answer.scope, answer.kind), asked_from=invoice.period.start)
            absence = why_no_invoice(self._refused(facts, _refusal(refused, answer.scope)))
            sentences = (absence.phrase, *answer.sentences, absence.advice)
            return replace(answer, sentences=sentences, reason=absence.code, helpers=absence.helpers, is_closed=True)
        return answer


def _refusal(refused: Refused, scope: InvoiceScope) -> Refusal:
    refusal: Refusing = refused.refusal
    is_customer = scope.agreement is AgreementType.MPA and refusal.helpful_role is None
    return Refusal(refused.phrase, refusal.givers, is_customer_of_partner=is_customer)


def _closed(name: str, kind: InvoiceKind, facts: AbsenceFacts) -> Answer:
    return replace(_told(name, kind, why_no_invoice(facts)), is_closed=True)


def _told(name: str, kind: InvoiceKind, absence: Absence, scope: InvoiceScope | None = None) -> Answer:
    return Answer(
        name,
        (absence.phrase, absence.advice),
        kind,
        scope,
        reason=absence.code,
        changes_on=absence.changes_on,
        invoice_day=absence.invoice_day,
        helpers=absence.helpers,
    )
