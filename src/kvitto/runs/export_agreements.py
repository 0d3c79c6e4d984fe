"""The agreements of an office as a file, and the file that takes an account to another form of agreement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kvitto.agreements.declaration.declared import Declaration
from kvitto.agreements.declaration.renamed import with_present_addresses
from kvitto.agreements.declaration.writer import as_toml
from kvitto.agreements.hierarchy import AgreementType, BillingAccount
from kvitto.agreements.planning.as_declared import declaration_of, still_to_come
from kvitto.agreements.planning.migration import migrated
from kvitto.agreements.planning.migration_words import consequences
from kvitto.agreements.planning.plan import Key, Plan
from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase
from kvitto.records.addresses import renamed_addresses
from kvitto.records.agreement_changes import agreements_now
from kvitto.runs.apply_agreements import plan_of
from kvitto.runs.office import Office


class UnableToExport(UnableTo):
    """There is nothing to write, or no such account."""


@dataclass(frozen=True)
class Exported:
    """The text of the file. `still_to_come`: kind and id of what changes on a later day, and that day."""

    text: str
    still_to_come: Mapping[Key, date]


@dataclass(frozen=True)
class Migration:
    """The text of the file that moves an account, what applying it would change, and what that means."""

    text: str
    plan: Plan
    consequences: tuple[Phrase, ...]


def export(office: Office, on: date | None = None) -> Exported:
    """Everything that is agreed, as an agreements file: as agreed last, or as valid on the day.

    Applying the file as agreed last changes nothing, unless something changes on a later day than from which it is
    applied: then it changes from that earlier day on. Raises `UnableToExport` if nothing is agreed yet.
    """
    agreements = agreements_now(on)
    declaration = declaration_of(agreements, on)
    if declaration is None:
        raise UnableToExport(_nothing())
    declaration = with_present_addresses(declaration, renamed_addresses())
    return Exported(as_toml(declaration), still_to_come(agreements, on or office.today()))


def migration(office: Office, account_id: str, day: date) -> Migration:
    """What a MOSP or EA account becomes under a Microsoft Customer Agreement from the day on.

    Raises `UnableToExport` if there is no such account or it cannot move, `UnableToApply` if the day comes too early.
    """
    everything = declaration_of(agreements_now())
    if everything is None:
        raise UnableToExport(_nothing())
    account = _account(everything, account_id)
    declared = migrated(everything, account, day)
    return Migration(as_toml(declared), plan_of(office, declared), tuple(consequences(everything, account, day)))


def _account(everything: Declaration, account_id: str) -> BillingAccount:
    account = next((each for each in everything.accounts if each.id == account_id), None)
    if account is None:
        raise UnableToExport(phrase("There is no account {id}. “kvitto agreements list” shows them.", id=account_id))
    if account.agreement not in {AgreementType.MOSP, AgreementType.EA}:
        raise UnableToExport(
            phrase(
                "{id} is of the form {agreement}; only MOSP accounts and enrollments can become MCA accounts.",
                id=account_id,
                agreement=account.agreement.value,
            )
        )
    if account.moved_to:
        raise UnableToExport(phrase("{id} already became {other}.", id=account_id, other=account.moved_to))
    return account


def _nothing() -> Phrase:
    return phrase("Nothing is agreed yet. “kvitto agreements apply FILE” begins.")
