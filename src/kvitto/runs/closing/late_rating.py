"""Rating closed periods again in themselves: all usage of today, everything else as it was when they were invoiced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from kvitto.agreements.hierarchy import InvoiceScope, Scope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.price_gaps import with_gaps_filled
from kvitto.agreements.price_sheet import Price
from kvitto.invoicing.invoice import AsOf
from kvitto.language import Phrase
from kvitto.records.agreements import invoice_scopes, own_invoice_scope
from kvitto.records.models import InvoiceRecord, Revision
from kvitto.records.prices import prices_as_of
from kvitto.runs.closing.close_report import unpriced_sentences
from kvitto.runs.closing.late_usage import LatePeriod
from kvitto.runs.closing.reference_check import SecondRating
from kvitto.runs.closing.second_rating import start_to_doubt
from kvitto.runs.invoice_life.corrected_draft import with_parties_of
from kvitto.runs.office import Office
from kvitto.runs.own_charges import may_be_charged
from kvitto.runs.rate_period import rate_scopes
from kvitto.runs.rated_periods import RatedPeriod, rated_periods
from kvitto.runs.scope_versions import ScopeVersions

_TOGETHER = 1000  # periods that are rated in one go
_FEW = 20  # scopes that are read one by one


@dataclass(frozen=True)
class Rerated:
    """A closed period with what it comes to now, and the sentences that keep it from being corrected."""

    late: LatePeriod
    rated: RatedPeriod
    causes: tuple[Phrase, ...] = ()


def rate_again(
    office: Office, late: Iterable[LatePeriod], as_of: AsOf, second: SecondRating | None
) -> list[tuple[LatePeriod, Rerated | None]]:
    """Each period with its new rating; None where nothing is known any more of what it was invoiced for.

    Usage that had no price by then is priced by what was recorded later for just that meter and day, the earliest
    first. `second` None leaves the reference out.
    """
    groups: dict[tuple[InvoiceKind, tuple[int, ...]], list[LatePeriod]] = defaultdict(list)
    late = list(late)
    for one in late:
        groups[one.invoice.kind, one.revisions].append(one)
    found: dict[str, Rerated] = {}
    for group in groups.values():
        rest = iter(group)
        while some := list(islice(rest, _TOGETHER)):
            found |= {each.late.invoice.number: each for each in _rate_together(office, some, as_of, second)}
    return [(one, found.get(one.invoice.number)) for one in late]


def _rate_together(
    office: Office, late: Sequence[LatePeriod], as_of: AsOf, second: SecondRating | None
) -> list[Rerated]:
    """Periods that were invoiced at the same revision, for invoices of one kind."""
    revision, kind = late[0].revisions[0], late[0].invoice.kind
    then = AsOf(as_of.usage_sequence, revision)
    prices_of = PricesThen((*late[0].revisions[1:], as_of.revision))
    scopes = scopes_then(late, revision)
    known = [one for one in late if one.invoice.number in scopes]
    asked = [(scopes[one.invoice.number], one.invoice.period) for one in known]
    charged = asked if may_be_charged(asked, as_of, kind) else []
    with rate_scopes(office, charged, then, kind, prices_of) as usage:
        rated = rated_periods(usage, asked, then, kind)
    doubts: Iterable[tuple[Phrase, ...]] = (
        start_to_doubt(office, rated, then, second, prices_of)()
        if second
        else ((*unpriced_sentences(one.unpriced), *one.obstacles) for one in rated)
    )
    return [Rerated(one, each, causes) for one, each, causes in zip(known, rated, doubts, strict=True)]


class PricesThen:
    """Prices believed at a revision, with those of `later` ones, the earliest first, where there were none."""

    def __init__(self, later: Sequence[int]) -> None:
        self._later = later

    def __call__(self, revision: int, meters: Collection[str], price_sheets: Collection[str]) -> list[Price]:
        """As `records.prices.prices_as_of`."""
        prices = [one for one in prices_as_of(revision, meters, price_sheets) if not one.withdrawn]
        for each in dict.fromkeys(self._later):
            if each != revision:
                prices = with_gaps_filled(prices, prices_as_of(each, meters, price_sheets))
        return prices


def scopes_then(late: Sequence[LatePeriod], revision: int) -> dict[str, InvoiceScope]:
    """What each invoice was made for, as it was then, by its number."""
    wanted = {one.invoice.scope for one in late}
    whole: dict[Scope, InvoiceScope]
    if len(wanted) > _FEW:
        whole = {scope.scope: scope for scope in invoice_scopes(revision) if scope.scope in wanted}
        versions = ScopeVersions(revision)
    else:
        found = (own_invoice_scope(scope, revision) for scope in wanted)
        whole = {scope.scope: scope for scope in found if scope}
        versions = ScopeVersions(revision, wanted)
    scopes = {}
    for one in late:
        scope = whole.get(one.invoice.scope)
        if scope:
            then = versions.for_period(scope, one.invoice.period) or scope
            scopes[one.invoice.number] = then if one.invoice.edition == 1 else _rebilled(one, then)
    return scopes


def _rebilled(late: LatePeriod, then: InvoiceScope) -> InvoiceScope:
    """What a rebilled invoice was made for: it names the parties and the tax that were agreed when it was rebilled."""
    issued_at = InvoiceRecord.objects.get(number=late.invoice.number).issued_at
    revision = Revision.objects.filter(recorded_at__lte=issued_at).order_by("-number").values_list("number", flat=True)
    now = own_invoice_scope(late.invoice.scope, revision.first())
    return with_parties_of(now, then) if now else then
