"""What a list of invoices was asked for in its address; whatever makes no sense there asks for nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kvitto.agreements.hierarchy import AgreementType
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.invoice import DocumentType
from kvitto.invoicing.status import Status
from kvitto.language import Phrase, phrase
from kvitto.runs.invoice_pages import Order, Wanted, time_span

if TYPE_CHECKING:
    from django.http import QueryDict

    from kvitto.periods import Period
    from kvitto.runs.office import Office

KIND_NAMES: Mapping[InvoiceKind, Phrase] = {
    InvoiceKind.SERVICES: phrase("Services"),
    InvoiceKind.MARKETPLACE: phrase("Marketplace and reservations"),
    InvoiceKind.SUPPORT: phrase("Support plan"),
}
"""What the kinds of invoice are called."""

CREDIT_NOTES = "credit-notes"
KINDS = {"services": InvoiceKind.SERVICES, "marketplace": InvoiceKind.MARKETPLACE, "support": InvoiceKind.SUPPORT}
STATUSES = {"due": Status.DUE, "past-due": Status.PAST_DUE, "paid": Status.PAID, "void": Status.VOID}
SORTS: Sequence[tuple[str, Phrase]] = (
    (Order.NEWEST.value, phrase("Newest billing period first")),
    (Order.HIGHEST.value, phrase("Highest total first")),
    (Order.LOWEST.value, phrase("Lowest total first")),
    (Order.FIRST_DUE.value, phrase("First due first")),
)
"""How lists of documents may be put in order."""
ANY_TIME = "all"
_SPANS: Mapping[str, tuple[int | None, Phrase]] = {
    "12": (12, phrase("Last 12 months")),
    "24": (24, phrase("Last two years")),
    "36": (36, phrase("Last three years")),
    ANY_TIME: (None, phrase("Any time")),
}
_LONGEST = 100  # of a number or an id
_LARGEST_PAGE = 9  # digits

Choices = Sequence[tuple[str, Phrase]]


@dataclass(frozen=True)
class Asked:
    """The choices of the form, each by its value in the address; empty is everything. Pages count from 1."""

    type: str = ""
    span: str = "12"
    status: str = ""
    number: str = ""
    of: str = ""
    sort: str = ""
    page: int = 1

    def wanted(self, ended_in: Period | None) -> Wanted:
        """The same as the lists of documents ask for it."""
        return Wanted(
            ended_in=ended_in,
            document_types=frozenset((DocumentType.CREDIT_NOTE,) if self.type == CREDIT_NOTES else ()),
            kinds=frozenset((KINDS[self.type],) if self.type in KINDS else ()),
            status=STATUSES.get(self.status),
            number=self.number,
            of=self.of,
            order=Order(self.sort),
        )

    def days(self, office: Office, agreement: AgreementType) -> Period | None:
        """The days in which a period must have ended; None for no limit."""
        return time_span(office, agreement, _SPANS[self.span][0])


def asked_for(query: QueryDict, *, types: Choices, spans: Choices) -> Asked:
    """What the address asks for, of what the list offers; the first time span is meant where none is named."""
    page = query.get("page", "")
    is_number = page.isascii() and page.isdigit() and len(page) <= _LARGEST_PAGE
    return Asked(
        type=_one_of(query.get("type", ""), [value for value, _ in types]),
        span=_one_of(query.get("span", ""), [value for value, _ in spans]) or spans[0][0],
        status=_one_of(query.get("status", ""), [*STATUSES]),
        number=_text(query.get("number", "")),
        of=_text(query.get("of", "")),
        sort=_one_of(query.get("sort", ""), [value for value, _ in SORTS]),
        page=max(int(page), 1) if is_number else 1,
    )


def types_of(agreement: AgreementType | None) -> Choices:
    """The types among which a list offers to choose; of a billing profile there is only one."""
    kinds = [(value, KIND_NAMES[kind]) for value, kind in KINDS.items()]
    notes = (CREDIT_NOTES, phrase("Credit notes"))
    match agreement:
        case AgreementType.MOSP:
            return kinds
        case AgreementType.EA:
            return [*kinds[:2], notes]
        case None:
            return [*kinds, notes]
        case _:
            return []


def spans_of(agreement: AgreementType | None) -> Choices:
    """The time spans, the one that is meant first: an enrollment's list goes back three years and no further."""
    every = [(value, said) for value, (_, said) in _SPANS.items()]
    if agreement is None:
        return [every[-1], *every[:-1]]
    return every[:-1] if agreement is AgreementType.EA else every


def _one_of(value: str, offered: Sequence[str]) -> str:
    return value if value in offered else ""


def _text(value: str) -> str:
    """What may be looked for: nothing that no number or id could hold."""
    text = value.strip()
    return (
        text
        if len(text) <= _LONGEST and text.isprintable()
        else text[:_LONGEST].replace("\0", "\N{REPLACEMENT CHARACTER}")
    )
