"""Applying an agreements file: work out what it changes, check that it may, record it as one revision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from django.db import transaction

from kvitto.agreements.credit_lots import CreditLot
from kvitto.agreements.declaration.agreements_file import read_declaration
from kvitto.agreements.declaration.declared import Declaration
from kvitto.agreements.declaration.mistakes import lines_of
from kvitto.agreements.declaration.renamed import with_present_addresses
from kvitto.agreements.hierarchy import BillingAccount
from kvitto.agreements.planning.plan import Plan, make_plan
from kvitto.agreements.planning.plan_checks import refusals
from kvitto.agreements.planning.recorded import Recorded
from kvitto.errors import UnableTo
from kvitto.invoicing.tax_rates import STANDARD, UnknownTaxRate, rate_on
from kvitto.language import Phrase, phrase
from kvitto.records.addresses import renamed_addresses
from kvitto.records.agreement_changes import agreements_now, record_plan, recorded_so_far
from kvitto.records.agreement_holders import group_notes
from kvitto.records.audit import note_many
from kvitto.records.revision_notes import revision_notes
from kvitto.records.revisions import hold_revisions, next_revision
from kvitto.records.settlement import open_lots
from kvitto.runs.lives_with_usage import usage_left_out
from kvitto.runs.office import Office


class UnableToApply(UnableTo):
    """The file is well written, but what it says must not be; `reasons` has a sentence for each."""

    def __init__(self, reasons: Sequence[Phrase]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(lines_of((*self.reasons, phrase("Nothing was changed."))))


def plan_for(office: Office, path: Path, valid_from: date | None = None) -> Plan:
    """What applying the file would change, without changing it.

    `valid_from`: the first day of what changes, the office's day if not given; new things are valid from their own
    start. Raises `UnableToReadAgreements` with every mistake in the file, or `UnableToApply`.
    """
    return plan_of(office, read_declaration(path), valid_from)


def apply(office: Office, path: Path, valid_from: date | None = None, shown: Plan | None = None) -> Plan:
    """Record what the file changes, all in one transaction, and give back what that was.

    The same file again changes nothing and makes no revision. If a plan was `shown` and is no longer what would
    happen, because somebody else changed agreements meanwhile, `UnableToApply` is raised instead. See also `plan_for`.
    """
    declaration = read_declaration(path)
    with transaction.atomic():
        hold_revisions()
        plan = plan_of(office, declaration, valid_from)
        if shown is not None and shown != plan:
            raise UnableToApply([phrase("The file or the agreements changed after the plan was shown. Start again.")])
        if plan.changes_anything:
            revision = next_revision(office.now(), f"agreements apply {path.name}")
            record_plan(plan, revision, office.today())
            open_lots(_lots(plan), office.now())
            note_many([*group_notes(plan, revision), *revision_notes(revision, "agreements.apply")])
    return plan


def _lots(plan: Plan) -> list[CreditLot]:
    """The credit that is new or changed, as it is agreed last."""
    latest = (change.versions[-1].value for change in plan.changes)
    return [value for value in latest if isinstance(value, CreditLot)]


def plan_of(office: Office, declaration: Declaration, valid_from: date | None = None) -> Plan:
    """What applying a declaration would change, without changing it. Raises `UnableToApply`.

    People who changed their address are meant by their former one, too.
    """
    declaration = with_present_addresses(declaration, renamed_addresses())
    agreements = agreements_now()
    plan = make_plan(agreements, declaration, valid_from or office.today())
    changes_known = any(change.before for change in plan.changes)
    found = refusals(plan, agreements, recorded_so_far() if changes_known else Recorded(), office.limits)
    found += _unknown_tax_rates(office, plan)
    found += usage_left_out(office, plan.changes)
    if found:
        raise UnableToApply(found)
    return plan


def _unknown_tax_rates(office: Office, plan: Plan) -> Iterator[Phrase]:
    """Accounts that are taxed by the rates of a country of which none is known."""
    for change in plan.changes:
        if isinstance(change.value, BillingAccount) and change.value.tax.country:
            try:
                rate_on(change.value.tax.country, STANDARD, office.today())
            except UnknownTaxRate as error:
                yield phrase("{id}: {reason}", id=change.value.id, reason=error.phrase)
