"""Who may do what under a Customer Agreement (roles.md §3).

Where the reference varies:

- Paying by card: a billing account contributor may, as the table of the account says.
- Creating a subscription: an invoice manager may not.
- Cancelling one: its creator and, by the roles on resources, its Owner; nobody by a role on the account or profile.
  That it must be the creator's own is for the one who cancels to check.
- Mail about invoices goes to roles on the billing profile; a role on the account alone receives none.

A directory's Global Administrator may make himself a billing account owner at any time, and nothing else before that.
"""

from kvitto.access.actions import Action
from kvitto.access.matrices.resources import UNDER_MCA
from kvitto.access.matrix import Matrix, joined, read_table
from kvitto.access.policies import Policy
from kvitto.access.roles import Level, Role

_COLUMNS = {
    "BAo": Role.BILLING_ACCOUNT_OWNER,
    "BAc": Role.BILLING_ACCOUNT_CONTRIBUTOR,
    "BAr": Role.BILLING_ACCOUNT_READER,
    "BPo": Role.BILLING_PROFILE_OWNER,
    "BPc": Role.BILLING_PROFILE_CONTRIBUTOR,
    "BPr": Role.BILLING_PROFILE_READER,
    "IM": Role.INVOICE_MANAGER,
    "ISo": Role.INVOICE_SECTION_OWNER,
    "ISc": Role.INVOICE_SECTION_CONTRIBUTOR,
    "ISr": Role.INVOICE_SECTION_READER,
    "ASC": Role.SUBSCRIPTION_CREATOR,
    "GA": Role.GLOBAL_ADMINISTRATOR,
}

MCA = Matrix(
    cells=joined(
        read_table(
            _COLUMNS,
            """
            action                   BAo  BAc  BAr  BPo  BPc  BPr  IM   ISo  ISc  ISr  ASC  GA
            see-subscription         ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✘    ✘
            see-invoices             ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✘    ✘    ✘    ✘    ✘
            see-charges              ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✘
            download-invoice         ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✘    ✘    ✘    ✘    ✘
            open-old-invoice         ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✘    ✘    ✘    ✘    ✘
            open-support-invoice     ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✘    ✘    ✘    ✘    ✘
            download-usage           ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✘    ✘    ✘    ✘    ✘
            download-open-usage      ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✘    ✘    ✘    ✘    ✘
            see-price-sheet          ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✘    ✘    ✘    ✘    ✘
            download-tax-documents   ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✘    ✘    ✘    ✘    ✘
            see-account-roles        ✔    ✔    ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘
            give-account-roles       ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘
            change-account           ✔    ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘
            pay                      ✔    ✔    ✘    ✔    ✔    ✘    ✔    ✘    ✘    ✘    ✘    ✘
            receive-invoice-mail     ✘    ✘    ✘    ✔    ✔    ✔    ✔    ✘    ✘    ✘    ✘    ✘
            change-invoice-mail      ✔    ✔    ✘    ✔    ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘
            receive-past-due-mail    ✘    ✘    ✘    ✔    ✔    ✘    ✔    ✘    ✘    ✘    ✘    ✘
            see-profile-roles        ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✘    ✘    ✘    ✘    ✘
            give-profile-roles       ✔    ✘    ✘    ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘
            change-profile           ✔    ✔    ✘    ✔    ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘
            set-purchase-order       ✔    ✔    ✘    ✔    ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘
            set-policies             ✔    ✔    ✘    ✔    ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘
            see-sections             ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✘    ✘    ✘    ✘    ✘
            create-sections          ✔    ✔    ✘    ✔    ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘
            see-payment-methods      ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✘    ✘    ✘    ✘    ✘
            see-credit-balance       ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✘    ✘    ✘    ✘    ✘
            manage-payment-methods   ✔    ✔    ✘    ✔    ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘
            see-products             ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✘    ✘
            manage-products          ✔    ✔    ✘    ✔    ✔    ✘    ✘    ✔    ✔    ✘    ✘    ✘
            move-to-other-profile    ✔    ✔    ✘    ✔    ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘
            move-to-other-section    ✔    ✔    ✘    ✔    ✔    ✘    ✘    ✔    ✔    ✘    ✘    ✘
            create-subscription      ✔    ✔    ✘    ✔    ✔    ✘    ✘    ✔    ✔    ✘    ✔    ✘
            cancel-subscription      ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✔    ✘
            see-section-roles        ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✘    ✘
            give-section-roles       ✔    ✘    ✘    ✔    ✘    ✘    ✘    ✔    ✘    ✘    ✘    ✘
            change-section           ✔    ✔    ✘    ✔    ✔    ✘    ✘    ✔    ✔    ✘    ✘    ✘
            request-ownership        ✔    ✔    ✘    ✔    ✔    ✘    ✘    ✔    ✔    ✘    ✘    ✘
            budgets                  CRUD CRUD CRUD CRUD CRUD CRUD CRUD CRUD CRUD CRUD CRUD –
            views                    CRUD CRUD CRUD CRUD CRUD CRUD CRUD CRUD CRUD CRUD CRUD –
            alerts                   RU   RU   RU   RU   RU   RU   CRUD RU   RU   RU   RU   –
            exports                  CRUD CRUD CRUD CRUD CRUD CRUD RU   CRUD CRUD CRUD CRUD –
            allocation-rules         CRUD CRUD R    –    –    –    –    –    –    –    –    –
            elevate                  ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✔
            """,
        ),
        UNDER_MCA,
    ),
    gives={
        Level.ACCOUNT: Action.GIVE_ACCOUNT_ROLES,
        Level.PROFILE: Action.GIVE_PROFILE_ROLES,
        Level.SECTION: Action.GIVE_SECTION_ROLES,
        Level.SUBSCRIPTION: Action.GIVE_SUBSCRIPTION_ROLES,
    },
    helpers=(
        Role.INVOICE_SECTION_READER,
        Role.INVOICE_SECTION_CONTRIBUTOR,
        Role.INVOICE_SECTION_OWNER,
        Role.BILLING_PROFILE_READER,
        Role.INVOICE_MANAGER,
        Role.BILLING_PROFILE_CONTRIBUTOR,
        Role.BILLING_PROFILE_OWNER,
        Role.BILLING_ACCOUNT_READER,
        Role.BILLING_ACCOUNT_CONTRIBUTOR,
        Role.BILLING_ACCOUNT_OWNER,
        Role.SUBSCRIPTION_CREATOR,
        Role.OWNER,
        Role.GLOBAL_ADMINISTRATOR,
    ),
    policies={
        Policy.MARKETPLACE_PURCHASES: Action.SET_POLICIES,
        Policy.RESERVATION_PURCHASES: Action.SET_POLICIES,
        Policy.SECTION_LABELS: Action.SET_POLICIES,
    },
)
