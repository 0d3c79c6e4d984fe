"""Who may do what, written out once more from roles.md §2–§8, apart from the tables of the program.

Columns are short names of roles; `✔` may, `✘` may not, and a letter may under a policy: `s` others may download
invoices, `d` department administrators view charges, `a` account owners view charges, `c` the customer views charges,
`i` the enrollment is direct, `r` the partner released its prices.
"""

from __future__ import annotations

from collections.abc import Mapping

from kvitto.access.roles import Role

NAMES = {
    "AA": Role.ACCOUNT_ADMINISTRATOR,
    "SA": Role.SERVICE_ADMINISTRATOR,
    "CA": Role.CO_ADMINISTRATOR,
    "Ow": Role.OWNER,
    "Co": Role.CONTRIBUTOR,
    "Re": Role.READER,
    "BR": Role.BILLING_READER,
    "UA": Role.USER_ACCESS_ADMINISTRATOR,
    "MR": Role.COST_MANAGEMENT_READER,
    "MC": Role.COST_MANAGEMENT_CONTRIBUTOR,
    "bo": Role.BILLING_ACCOUNT_OWNER,
    "bc": Role.BILLING_ACCOUNT_CONTRIBUTOR,
    "br": Role.BILLING_ACCOUNT_READER,
    "po": Role.BILLING_PROFILE_OWNER,
    "pc": Role.BILLING_PROFILE_CONTRIBUTOR,
    "pr": Role.BILLING_PROFILE_READER,
    "im": Role.INVOICE_MANAGER,
    "so": Role.INVOICE_SECTION_OWNER,
    "sc": Role.INVOICE_SECTION_CONTRIBUTOR,
    "sr": Role.INVOICE_SECTION_READER,
    "as": Role.SUBSCRIPTION_CREATOR,
    "EA": Role.ENTERPRISE_ADMINISTRATOR,
    "ER": Role.ENTERPRISE_ADMINISTRATOR_READ_ONLY,
    "EP": Role.ENTERPRISE_PURCHASER,
    "DA": Role.DEPARTMENT_ADMINISTRATOR,
    "DR": Role.DEPARTMENT_ADMINISTRATOR_READ_ONLY,
    "AO": Role.ACCOUNT_OWNER,
    "PA": Role.PARTNER_ADMINISTRATOR,
    "GA": Role.GLOBAL_ADMINISTRATOR,
    "AG": Role.ADMIN_AGENT,
    "BA": Role.BILLING_ADMINISTRATOR,
    "SG": Role.SALES_AGENT,
    "HG": Role.HELPDESK_AGENT,
}
RESOURCE_ROLES = ("SA", "CA", "Ow", "Co", "Re", "BR", "UA", "MR", "MC")
MCA_ROLES = ("bo", "bc", "br", "po", "pc", "pr", "im", "so", "sc", "sr", "as")
EA_ROLES = ("EA", "ER", "EP", "DA", "DR", "AO", "PA")
MPA_ROLES = ("GA", "AG", "BA", "SG", "HG")

# Which roles open an action: words name columns, a word with a colon opens under that policy. Whoever is not named may
# not. "all" means every role that counts under the agreement. One row per line of the reference.
Rows = Mapping[str, str]

MOSP: Rows = {
    "see-subscription": "all",
    # See billing information, invoice list, charges
    "see-invoices": "AA SA CA Ow Co Re BR UA:s",
    "see-charges": "AA SA CA Ow Co Re BR MR MC",
    "download-invoice": "AA SA:s CA:s Ow:s Co:s Re:s BR:s UA:s",
    "open-old-invoice": "AA",
    "open-support-invoice": "AA",
    "download-usage": "AA SA CA Ow Co Re BR UA:s",
    "download-open-usage": "AA SA CA Ow Co Re BR UA:s",
    "receive-invoice-mail": "AA",
    "change-invoice-mail": "AA",
    "share-invoices": "AA",
    "use-account-center": "AA",
    "read-invoices-by-api": "AA BR:s Re:s Ow:s Co:s UA:s",
    "read-usage-by-api": "AA BR Re Ow Co MR MC",
    "read-rate-card": "AA Re Ow Co",
    "pay": "AA",
    "see-payment-methods": "AA",
    "manage-payment-methods": "AA",
    "set-purchase-order": "AA",
    "change-spending-limit": "AA",
    "give-subscription-roles": "AA Ow UA",
    "change-service-administrator": "AA",
    "cancel-subscription": "AA SA Ow",
    "manage-resources": "SA CA Ow Co",
    **{f"see-{thing}": "AA Ow Co Re MR MC" for thing in ("budgets", "views", "exports", "alerts")},
    **{
        f"{verb}-{thing}": "AA Ow Co MC"
        for thing in ("budgets", "views", "exports")
        for verb in ("create", "change", "delete")
    },
    "change-alerts": "AA Ow Co MC",
    "manage-anomaly-rules": "AA Ow Co MC",
}

_ACCOUNT = "bo bc br"
_INVOICES = "bo bc br po pc pr im"
_CHANGES = "bo bc po pc"
_EVERYONE = "bo bc br po pc pr im so sc sr"
_RBAC_COST = "Ow Co Re MR MC"
_RBAC_MAKES = "Ow Co MC"
_MAKES = "bo bc br po pc pr so sc sr as"

MCA: Rows = {
    "see-subscription": f"{_EVERYONE} SA CA Ow Co Re BR UA MR MC",
    "see-account-roles": _ACCOUNT,
    "give-account-roles": "bo",
    "change-account": "bo bc",
    **dict.fromkeys(
        (
            "see-invoices",
            "download-invoice",
            "open-old-invoice",
            "open-support-invoice",
            "download-usage",
            "download-open-usage",
            "see-price-sheet",
            "download-tax-documents",
            "see-profile-roles",
            "see-sections",
            "see-payment-methods",
            "see-credit-balance",
        ),
        _INVOICES,
    ),
    "pay": "bo bc po pc im",
    "receive-invoice-mail": "po pc pr im",
    "change-invoice-mail": _CHANGES,
    "receive-past-due-mail": "po pc im",
    "give-profile-roles": "bo po",
    **dict.fromkeys(
        (
            "change-profile",
            "set-purchase-order",
            "set-policies",
            "create-sections",
            "manage-payment-methods",
            "move-to-other-profile",
        ),
        _CHANGES,
    ),
    "see-products": _EVERYONE,
    **dict.fromkeys(
        ("manage-products", "move-to-other-section", "change-section", "request-ownership"), f"{_CHANGES} so sc"
    ),
    "create-subscription": f"{_CHANGES} so sc as",
    "cancel-subscription": "as Ow",
    "see-section-roles": _EVERYONE,
    "give-section-roles": "bo po so",
    "give-subscription-roles": "Ow UA",
    "manage-resources": "SA CA Ow Co",
    "see-charges": f"{_EVERYONE} as {_RBAC_COST}",
    **dict.fromkeys(("see-budgets", "see-views"), f"{_EVERYONE} as {_RBAC_COST}"),
    **{
        f"{verb}-{thing}": f"{_EVERYONE} as {_RBAC_MAKES}"
        for thing in ("budgets", "views")
        for verb in ("create", "change", "delete")
    },
    "see-alerts": f"{_EVERYONE} as {_RBAC_COST}",
    "change-alerts": f"{_EVERYONE} as {_RBAC_MAKES}",
    "create-alerts": "im",
    "delete-alerts": "im",
    "see-exports": f"{_EVERYONE} as {_RBAC_COST}",
    "change-exports": f"{_EVERYONE} as {_RBAC_MAKES}",
    "create-exports": f"{_MAKES} {_RBAC_MAKES}",
    "delete-exports": f"{_MAKES} {_RBAC_MAKES}",
    "see-allocation-rules": _ACCOUNT,
    **{f"{verb}-allocation-rules": "bo bc" for verb in ("create", "change", "delete")},
    "manage-anomaly-rules": _RBAC_MAKES,
    "elevate": "GA",
}

_ENROLLMENT = "EA ER EP PA"
_EA_COST = "EA ER EP PA DA:d DR:d AO:a"
_EA_MAKES = "EA ER DA:d DR:d AO:a"
_RBAC_EA = "Ow:a Co:a Re:a MR:a MC:a"
_RBAC_EA_MAKES = "Ow:a Co:a MC:a"

EA: Rows = {
    "see-subscription": "all",
    "see-account-roles": _ENROLLMENT,
    "give-account-roles": "EA",
    "manage-departments": "EA",
    "see-department-roles": "EA ER EP DA DR PA",
    "give-department-roles": "EA DA",
    "see-enrollment-accounts": "EA ER EP DA DR PA",
    "add-enrollment-accounts": "EA DA",
    "create-subscription": "AO",
    "cancel-subscription": "AO Ow",
    "manage-resources": "AO SA CA Ow Co",
    "buy-reservations": "EA EP",
    **dict.fromkeys(("see-invoices", "download-invoice", "open-old-invoice", "open-support-invoice"), "EA:i PA"),
    "see-charges": f"{_EA_COST} {_RBAC_EA}",
    "download-usage": _EA_COST,
    "download-open-usage": _EA_COST,
    "see-contract-prices": "EA PA",  # and, of two roles together, DA, DR or AO who is Owner: tested apart
    "see-price-sheet": _ENROLLMENT,
    "see-credit-balance": _ENROLLMENT,
    "see-quotas": _ENROLLMENT,
    "set-quotas": "EA",
    "set-policies": "EA",
    "release-prices": "PA",
    "set-purchase-order": "EA:i PA",
    "give-subscription-roles": "Ow UA",
    **{
        f"{verb}-{thing}": f"{_EA_MAKES} {_RBAC_EA_MAKES}"
        for thing in ("budgets", "views", "exports")
        for verb in ("create", "change", "delete")
    },
    **{f"see-{thing}": f"{_EA_MAKES} {_RBAC_EA}" for thing in ("budgets", "views", "exports", "alerts")},
    "change-alerts": f"{_EA_MAKES} {_RBAC_EA_MAKES}",
    "see-allocation-rules": "EA ER",
    **{f"{verb}-allocation-rules": "EA" for verb in ("create", "change", "delete")},
    "manage-anomaly-rules": _RBAC_EA_MAKES,
}

_RBAC_CUSTOMER = "Ow:c Co:c Re:c MR:c MC:c"
_RBAC_CUSTOMER_MAKES = "Ow:c Co:c MC:c"

MPA: Rows = {
    "see-subscription": "all",
    **dict.fromkeys(
        (
            "manage-customers",
            "see-invoices",
            "download-invoice",
            "open-old-invoice",
            "open-support-invoice",
            "download-usage",
            "download-open-usage",
            "see-price-sheet",
            "set-policies",
            "set-customer-visibility",
        ),
        "GA AG",
    ),
    "see-charges": f"GA AG {_RBAC_CUSTOMER}",
    "read-rate-card": "GA AG BA SG",
    "download-tax-documents": "GA AG BA",
    "download-reconciliation": "GA AG BA",
    "download-daily-rated-usage": "GA AG BA SG HG",
    "receive-invoice-mail": "GA BA",
    "see-customer-purchases": "AG SG HG",
    "set-customer-purchases": "AG",
    "set-customer-budget": "AG",
    "give-account-roles": "GA",
    "give-subscription-roles": "Ow UA",
    "cancel-subscription": "Ow",
    "manage-resources": "SA CA Ow Co",
    **{
        f"{verb}-{thing}": _RBAC_CUSTOMER_MAKES
        for thing in ("budgets", "views", "exports")
        for verb in ("create", "change", "delete")
    },
    **{f"see-{thing}": _RBAC_CUSTOMER for thing in ("budgets", "views", "exports", "alerts")},
    "change-alerts": _RBAC_CUSTOMER_MAKES,
    "manage-anomaly-rules": _RBAC_CUSTOMER_MAKES,
}

BOOK: Mapping[str, Rows] = {"MOSP": MOSP, "MCA": MCA, "EA": EA, "MPA": MPA}
COUNTING = {
    "MOSP": ("AA", *RESOURCE_ROLES),
    "MCA": (*MCA_ROLES, "GA", *RESOURCE_ROLES),
    "EA": (*EA_ROLES, *RESOURCE_ROLES),
    "MPA": (*MPA_ROLES, *RESOURCE_ROLES),
}
# on what each role is held, and from which of these a right reaches down to a thing (first the thing itself)
HELD_ON = {
    **dict.fromkeys(("AA", "bo", "bc", "br", "EA", "ER", "EP", "PA", *MPA_ROLES), "billing_account"),
    **dict.fromkeys(("po", "pc", "pr", "im"), "billing_profile"),
    **dict.fromkeys(("so", "sc", "sr", "as"), "invoice_section"),
    **dict.fromkeys(("DA", "DR"), "department"),
    "AO": "enrollment_account",
    **dict.fromkeys(RESOURCE_ROLES, "subscription"),
}
REACHED_FROM = {
    "MOSP": {
        "subscription": "subscription billing_account management_group",
        "billing_account": "billing_account",
    },
    "MCA": {
        "subscription": "subscription invoice_section billing_profile billing_account management_group",
        "invoice_section": "invoice_section billing_profile billing_account",
        "billing_profile": "billing_profile billing_account",
        "billing_account": "billing_account",
    },
    "EA": {
        "subscription": "subscription enrollment_account department billing_account management_group",
        "enrollment_account": "enrollment_account department billing_account",
        "department": "department billing_account",
        "billing_account": "billing_account",
    },
    "MPA": {
        "subscription": "subscription customer billing_profile billing_account management_group",
        "customer": "customer billing_profile billing_account",
        "billing_profile": "billing_profile billing_account",
        "billing_account": "billing_account",
    },
}
POLICIES = {"MOSP": "s", "MCA": "", "EA": "dair", "MPA": "c"}  # the letters that can be on or off under each
SHOWS_PRICES = ("see-charges", "download-usage", "download-open-usage", "see-price-sheet", "see-contract-prices")


def may(agreement: str, action: str, column: str, on: frozenset[str]) -> bool:
    """Whether one role alone opens an action while the policies of these letters are on.

    Of an enrollment bought through a partner (no `i`), only the partner sees prices before they are released (`r`).
    """
    if agreement == "EA" and action in SHOWS_PRICES and column != "PA" and not on & {"i", "r"}:
        return False
    for word in BOOK[agreement].get(action, "").split():
        name, _, policy = word.partition(":")
        if name in {column, "all"} and (not policy or policy in on):
            return True
    return False
