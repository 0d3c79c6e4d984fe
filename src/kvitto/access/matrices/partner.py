"""Who may do what under a Partner Agreement: the partner's organisation (roles.md §5).

Where the reference varies:

- A billing administrator downloads tax documents here; invoices themselves only beside the reconciliation files.
- The roles of a Customer Agreement (profile owner and so on) open nothing under a Partner Agreement.

A customer's users have roles on resources only, see the cost of their own subscriptions at list prices once the
partner lets them, and never an invoice: that is between them and the partner.
"""

from kvitto.access.actions import Action
from kvitto.access.matrices.resources import UNDER_MPA
from kvitto.access.matrix import Matrix, joined, read_table
from kvitto.access.policies import Policy
from kvitto.access.roles import Level, Role

_COLUMNS = {
    "GA": Role.GLOBAL_ADMINISTRATOR,
    "Adm": Role.ADMIN_AGENT,
    "Bil": Role.BILLING_ADMINISTRATOR,
    "Sal": Role.SALES_AGENT,
    "Hel": Role.HELPDESK_AGENT,
}

MPA = Matrix(
    cells=joined(
        read_table(
            _COLUMNS,
            """
            action                      GA   Adm  Bil  Sal  Hel
            see-subscription            ✔    ✔    ✔    ✔    ✔
            manage-customers            ✔    ✔    ✘    ✘    ✘
            see-invoices                ✔    ✔    ✘    ✘    ✘
            download-invoice            ✔    ✔    ✘    ✘    ✘
            open-old-invoice            ✔    ✔    ✘    ✘    ✘
            open-support-invoice        ✔    ✔    ✘    ✘    ✘
            see-charges                 ✔    ✔    ✘    ✘    ✘
            download-usage              ✔    ✔    ✘    ✘    ✘
            download-open-usage         ✔    ✔    ✘    ✘    ✘
            see-price-sheet             ✔    ✔    ✘    ✘    ✘
            read-rate-card              ✔    ✔    ✔    ✔    ✘
            download-tax-documents      ✔    ✔    ✔    ✘    ✘
            download-reconciliation     ✔    ✔    ✔    ✘    ✘
            download-daily-rated-usage  ✔    ✔    ✔    ✔    ✔
            receive-invoice-mail        ✔    ✘    ✔    ✘    ✘
            set-policies                ✔    ✔    ✘    ✘    ✘
            set-customer-visibility     ✔    ✔    ✘    ✘    ✘
            see-customer-purchases      ✘    ✔    ✘    ✔    ✔
            set-customer-purchases      ✘    ✔    ✘    ✘    ✘
            set-customer-budget         ✘    ✔    ✘    ✘    ✘
            give-account-roles          ✔    ✘    ✘    ✘    ✘
            """,
        ),
        UNDER_MPA,
    ),
    gives={Level.ACCOUNT: Action.GIVE_ACCOUNT_ROLES, Level.SUBSCRIPTION: Action.GIVE_SUBSCRIPTION_ROLES},
    helpers=(
        Role.HELPDESK_AGENT,
        Role.SALES_AGENT,
        Role.BILLING_ADMINISTRATOR,
        Role.ADMIN_AGENT,
        Role.GLOBAL_ADMINISTRATOR,
        Role.OWNER,
    ),
    policies={
        Policy.CUSTOMER_VIEWS_CHARGES: Action.SET_CUSTOMER_VISIBILITY,
        Policy.CUSTOMER_PURCHASES: Action.SET_CUSTOMER_PURCHASES,
    },
)
