"""Reasons that lie with who asks: identity (N12, N10, N11) and permission (N7, N8, N9). See `invoicing.absence`.

A stranger is answered the same whether or not there is what they ask for. An office knows one identity for an address,
so that of N11 only this can be known: that the address stands in the agreement, and the identity that is signed in
holds no role. Whether there is another one, the one that issued it knows. Of a link that was opened by someone else
(N10) nothing can be known but that: it is told to every stranger.

Older invoices (N9) are those of periods that began before December 2016, as `access` has it; and, for everybody, those
that were deleted because they had been kept long enough (`absence_by_amounts`). There is no other age.
"""

from __future__ import annotations

from datetime import date

from kvitto.agreements.hierarchy import AgreementType
from kvitto.invoicing.absence_facts import Absence, AbsenceFacts, Asker, Reason, Refusal, Relation
from kvitto.language import phrase

OLD_BEFORE = date(2016, 12, 1)


def by_identity(facts: AbsenceFacts) -> Absence | None:
    """N12, N11 or N10, or None for someone who holds a role that counts here."""
    match facts.asker:
        case Asker(relation=Relation.ROLE_ELSEWHERE) as asker:
            return _wrong_directory(asker)
        case Asker(relation=Relation.NAMED) as asker:
            return _other_identity(asker)
        case Asker(relation=Relation.NONE) as asker:
            return _other_account(asker)
        case _:
            return None


def by_permission(facts: AbsenceFacts) -> Absence | None:
    """N9, N7 or N8, or None for someone who may see the invoices."""
    refusal = facts.asker.refusal if facts.asker else None
    if refusal is None or facts.terms is None:
        return None
    if facts.terms.agreement is not AgreementType.MOSP:
        return _none_on_profile(refusal)
    is_old = facts.asked_from is not None and facts.asked_from < OLD_BEFORE
    return _older(refusal) if is_old else _none_on_subscription(refusal)


def _wrong_directory(asker: Asker) -> Absence:
    return Absence(
        Reason.WRONG_DIRECTORY,
        phrase(
            "Signed in as {email}, you cannot see invoices of {id}: they belong to another directory than the one you"
            " look from.",
            email=asker.email, id=asker.asked_for,
        ),
        phrase("Switch to the directory {directory}.", directory=asker.directory),
    )  # fmt: skip


def _other_identity(asker: Asker) -> Absence:
    return Absence(
        Reason.OTHER_IDENTITY,
        phrase(
            "Signed in as {email}, you cannot see invoices of {id}: the agreement names this address, but the identity"
            " that is signed in holds no role.",
            email=asker.email, id=asker.asked_for,
        ),
        phrase(
            "An address may belong to a work identity and to a personal one, and usually only one of them holds the"
            " role. Sign in with the other; whether there is one, this office cannot know."
        ),
    )  # fmt: skip


def _other_account(asker: Asker) -> Absence:
    return Absence(
        Reason.OTHER_ACCOUNT,
        phrase("Signed in as {email}, you cannot see invoices of {id}.", email=asker.email, id=asker.asked_for),
        phrase(
            "If you followed a link in a mail, sign in with the address that the mail was sent to, from the directory"
            " of the billing account. An address may belong to a work identity and to a personal one: try the other."
        ),
    )  # fmt: skip


def _older(refusal: Refusal) -> Absence:
    return Absence(
        Reason.OLDER_INVOICE,
        refusal.said,
        phrase("Ask the Account Administrator for a copy of the invoice."),
        helpers=refusal.helpers,
    )


def _none_on_subscription(refusal: Refusal) -> Absence:
    return Absence(
        Reason.NO_PERMISSION_ON_SUBSCRIPTION,
        refusal.said,
        phrase("Ask the Account Administrator for a copy of the invoice, or to let others download invoices."),
        helpers=refusal.helpers,
    )


def _none_on_profile(refusal: Refusal) -> Absence:
    return Absence(
        Reason.NO_PERMISSION_ON_PROFILE,
        refusal.said,
        phrase("Ask for a role on the billing profile, or for a copy of the invoice."),
        helpers=refusal.helpers,
    )
