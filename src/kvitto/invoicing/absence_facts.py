"""The few facts that decide why there is no invoice, one small value for each question, and the answer.

Identity: is this who holds a role here? Agreement: what is invoiced to whom, and where? Permission: may they know?
Time: is it due? Money: is anything owed? `time` and `amounts` are left out for someone who may not know whether there
is an invoice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from kvitto.agreements.hierarchy import AgreementType
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.offers import Offer
from kvitto.language import Phrase
from kvitto.money import Money
from kvitto.periods import Period


class Reason(StrEnum):
    """The numbers of the reasons in invoices.md §9."""

    TOO_NEW = "N1"
    PERIOD_OPEN = "N2"
    NOT_GENERATED_YET = "N3"
    FREE_TRIAL = "N4"
    CREDIT_NOT_EXCEEDED = "N5"
    NO_USAGE = "N6"
    NO_PERMISSION_ON_SUBSCRIPTION = "N7"
    NO_PERMISSION_ON_PROFILE = "N8"
    OLDER_INVOICE = "N9"
    OTHER_ACCOUNT = "N10"
    OTHER_IDENTITY = "N11"
    WRONG_DIRECTORY = "N12"
    ENROLLMENT_CUSTOMER = "N13"
    NO_EVENT = "N14"
    THROUGH_PARTNER = "N15"
    PREPAID_KEY = "N16"
    ACCOUNT_MOVED = "N17"
    LISTED_APART = "N18"


class Relation(StrEnum):
    """What binds a person to the thing they ask about."""

    ROLE = "role"
    ROLE_ELSEWHERE = "role-elsewhere"  # held, but not to be used from the directory they look from
    NAMED = "named"  # no role; their address stands in the agreement
    NONE = "none"


@dataclass(frozen=True)
class Refusal:
    """That the person may not see the invoices: the rule, who can help by name, and whether a partner sold it all."""

    said: Phrase
    helpers: tuple[str, ...] = ()
    is_customer_of_partner: bool = False


@dataclass(frozen=True)
class Asker:
    """Who asks. `asked_for` is what they typed; `directory` the one to switch to, of a role held elsewhere."""

    email: str
    asked_for: str
    relation: Relation = Relation.ROLE
    directory: str = ""
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Moved:
    """That a subscription is invoiced elsewhere since a day: the name and id of what to choose now."""

    on: date
    name: str
    id: str


@dataclass(frozen=True)
class Terms:
    """What is agreed. `kind`: the kind of invoice that is asked for; `kinds`: those that this can have.

    `partner`: the name of the partner who sells it, of an indirect enrollment or a partner's customer.
    `support_plans`: names of the account's support plans, which are subscriptions of their own.
    """

    agreement: AgreementType
    offer: Offer
    kind: InvoiceKind = InvoiceKind.SERVICES
    kinds: tuple[InvoiceKind, ...] = (InvoiceKind.SERVICES,)
    partner: str = ""
    moved: Moved | None = None
    support_plans: tuple[str, ...] = ()


@dataclass(frozen=True)
class Timing:
    """`now` is the office's moment; its UTC day counts.

    `started_on` is the day the subscription began (MOSP) or the account was created (the others), `too_new_until` the
    first day on which 30 days have passed since. `invoice_at`: the moment from which the invoice can be made.
    `is_deleted`: there was one, which was kept as long as it must be.
    """

    period: Period
    now: datetime
    started_on: date
    too_new_until: date
    invoice_at: datetime
    is_deleted: bool = False

    @property
    def today(self) -> date:
        """The office's UTC day."""
        return self.now.date()

    @property
    def invoice_day(self) -> date:
        """The UTC day from which an invoice can be made."""
        return self.invoice_at.date()

    @property
    def is_due(self) -> bool:
        """True if the invoice can be made now."""
        return self.invoice_at <= self.now


@dataclass(frozen=True)
class Amounts:
    """What the period comes to, as known now.

    `charges`: the sum of the rounded lines. `owed`: what is to pay of them after credit, with tax. `has_usage`: whether
    any usage was accepted, or a fee is charged. `is_covered`: there is credit, and it pays for everything. With
    `is_held_back` the amounts are not certain: something stops the invoice, such as usage without a price.
    """

    charges: Money
    owed: Money
    has_usage: bool
    is_covered: bool = False
    is_held_back: bool = False


@dataclass(frozen=True)
class AbsenceFacts:
    """All of it. `asker` is None for the office itself, which may know everything; `terms` for a stranger.

    `asked_from`: the first day of the period that is asked for, also of one that the asker may not know.
    """

    terms: Terms | None
    asker: Asker | None = None
    asked_from: date | None = None
    time: Timing | None = None
    amounts: Amounts | None = None

    @property
    def invoice_at(self) -> datetime:
        """The moment from which the invoice can be made, of a period whose time is known."""
        assert self.time, "ask it only where the time is known"  # noqa: S101 - a fault of the program
        return self.time.invoice_at


@dataclass(frozen=True)
class Absence:
    """The reason, its sentence, what to do, who can help, and when it changes.

    `changes_on` is the first day on which the reason no longer holds, `invoice_day` the day from which an invoice can
    be made; both are None for a reason that stays. `helpers`: names of people who can help.
    """

    code: Reason
    phrase: Phrase
    advice: Phrase
    changes_on: date | None = None
    invoice_day: date | None = None
    helpers: tuple[str, ...] = ()

    @property
    def is_lasting(self) -> bool:
        """True if no invoice is to come, as far as is known."""
        return self.invoice_day is None
