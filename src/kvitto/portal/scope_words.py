"""What scopes and agreements are called on pages."""

from __future__ import annotations

from collections.abc import Mapping

from kvitto.agreements.facts import Agreed
from kvitto.agreements.hierarchy import AgreementType, BillingAccount, ScopeKind
from kvitto.language import Phrase, phrase

AGREEMENTS: Mapping[AgreementType, Phrase] = {
    AgreementType.MOSP: phrase("Online Services Program"),
    AgreementType.MCA: phrase("Customer Agreement"),
    AgreementType.EA: phrase("Enterprise Agreement"),
    AgreementType.MPA: phrase("Partner Agreement"),
}
"""What the agreements are called."""

IN_SHORT: Mapping[AgreementType, Phrase] = {
    AgreementType.MOSP: phrase("bought online, one invoice for each subscription"),
    AgreementType.MCA: phrase("one monthly invoice for each billing profile"),
    AgreementType.EA: phrase("an enrollment, invoiced as a whole"),
    AgreementType.MPA: phrase("a partner, who bills customers of their own"),
}
"""What each means, for who does not know the names."""

_ENROLLMENT = phrase("Enrollment")
_KINDS: Mapping[ScopeKind, Phrase] = {
    ScopeKind.BILLING_ACCOUNT: phrase("Billing account"),
    ScopeKind.BILLING_PROFILE: phrase("Billing profile"),
    ScopeKind.INVOICE_SECTION: phrase("Invoice section"),
    ScopeKind.DEPARTMENT: phrase("Department"),
    ScopeKind.ENROLLMENT_ACCOUNT: phrase("Account"),
    ScopeKind.CUSTOMER: phrase("Customer"),
    ScopeKind.MANAGEMENT_GROUP: phrase("Management group"),
    ScopeKind.SUBSCRIPTION: phrase("Subscription"),
}


def kind_of(kind: ScopeKind, account: BillingAccount | None = None) -> Phrase:
    """What a scope of this kind is called; the account of an Enterprise Agreement is an enrollment."""
    if kind is ScopeKind.BILLING_ACCOUNT and account and account.agreement is AgreementType.EA:
        return _ENROLLMENT
    return _KINDS[kind]


def name_of(value: Agreed) -> str:
    """The name of a scope."""
    return str(getattr(value, "name", "") or getattr(value, "id", ""))
