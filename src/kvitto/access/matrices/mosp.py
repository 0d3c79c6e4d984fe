"""Who may do what with a subscription that is bought online (roles.md §2).

Where the reference varies:

- Daily usage as a file: whoever may see the invoices, not the Account Administrator and Owner alone. It holds no
  personal data, which is what the switch on invoices protects.
- Cancelling: the Account Administrator may, and Service Administrator and Owner besides.
- “Older” invoices are those of periods before December 2016; there is no other age at which they close.
- A Contributor changes budgets that others made in their amount only; that is the budget's own rule.
- The cost of a User Access Administrator: none, as by the billing interfaces. The role gives access and has none.
"""

from kvitto.access.actions import Action
from kvitto.access.matrix import Matrix, read_table
from kvitto.access.policies import Policy
from kvitto.access.roles import Level, Role

_COLUMNS = {
    "AA": Role.ACCOUNT_ADMINISTRATOR,
    "SA": Role.SERVICE_ADMINISTRATOR,
    "CA": Role.CO_ADMINISTRATOR,
    "Own": Role.OWNER,
    "Con": Role.CONTRIBUTOR,
    "Rea": Role.READER,
    "BiR": Role.BILLING_READER,
    "UAA": Role.USER_ACCESS_ADMINISTRATOR,
    "CMr": Role.COST_MANAGEMENT_READER,
    "CMc": Role.COST_MANAGEMENT_CONTRIBUTOR,
}

# A Billing Reader and its peers see the list but open no invoice while it is not shared: the PDF shows personal data
# of the Account Administrator.
MOSP = Matrix(
    cells=read_table(
        _COLUMNS,
        """
        action                        AA   SA   CA   Own  Con  Rea  BiR  UAA  CMr  CMc
        see-subscription              ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔
        see-invoices                  ✔    ✔    ✔    ✔    ✔    ✔    ✔    ◐s   ✘    ✘
        see-charges                   ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✘    ✔    ✔
        download-invoice              ✔    ◐s   ◐s   ◐s   ◐s   ◐s   ◐s   ◐s   ✘    ✘
        open-old-invoice              ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘
        open-support-invoice          ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘
        download-usage                ✔    ✔    ✔    ✔    ✔    ✔    ✔    ◐s   ✘    ✘
        download-open-usage           ✔    ✔    ✔    ✔    ✔    ✔    ✔    ◐s   ✘    ✘
        use-account-center            ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘
        read-invoices-by-api          ✔    ✘    ✘    ◐s   ◐s   ◐s   ◐s   ◐s   ✘    ✘
        read-usage-by-api             ✔    ✘    ✘    ✔    ✔    ✔    ✔    ✘    ✔    ✔
        read-rate-card                ✔    ✘    ✘    ✔    ✔    ✔    ✘    ✘    ✘    ✘
        pay                           ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘
        see-payment-methods           ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘
        manage-payment-methods        ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘
        set-purchase-order            ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘
        receive-invoice-mail          ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘
        change-invoice-mail           ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘
        change-spending-limit         ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘
        share-invoices                ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘
        give-subscription-roles       ✔    ✘    ✘    ✔    ✘    ✘    ✘    ✔    ✘    ✘
        change-service-administrator  ✔    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘    ✘
        cancel-subscription           ✔    ✔    ✘    ✔    ✘    ✘    ✘    ✘    ✘    ✘
        manage-resources              ✘    ✔    ✔    ✔    ✔    ✘    ✘    ✘    ✘    ✘
        budgets                       CRUD –    –    CRUD CRUD R    –    –    R    CRUD
        views                         CRUD –    –    CRUD CRUD R    –    –    R    CRUD
        exports                       CRUD –    –    CRUD CRUD R    –    –    R    CRUD
        alerts                        RU   –    –    RU   RU   R    –    –    R    RU
        manage-anomaly-rules          ✔    ✘    ✘    ✔    ✔    ✘    ✘    ✘    ✘    ✔
        """,
    ),
    gives={Level.SUBSCRIPTION: Action.GIVE_SUBSCRIPTION_ROLES},
    helpers=(Role.BILLING_READER, Role.READER, Role.CONTRIBUTOR, Role.OWNER, Role.ACCOUNT_ADMINISTRATOR),
    policies={Policy.INVOICES_SHARED: Action.SHARE_INVOICES},
)
