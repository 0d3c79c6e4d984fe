"""Who may do what under an Enterprise Agreement (roles.md §4), the purchaser being a service principal.

Where the reference varies:

- Prices while choosing a resource: none without the policy, never retail prices in their place.
- A department's quota: its administrator does not see it.
- An enrollment account inside a department: its department's administrator sees its charges by the policy for
  department administrators alone; the other policy is for account owners and for roles on resources.
- An indirect customer gets no invoice here: the partner does, and hands on a copy.
- Alerts are not named; whoever has budgets reads and marks the alerts that come of them.
- An account owner manages resources; the owner's subscriptions are theirs to cancel.
"""

from kvitto.access.actions import Action
from kvitto.access.matrices.resources import UNDER_EA
from kvitto.access.matrix import Matrix, joined, read_table
from kvitto.access.policies import Policy
from kvitto.access.roles import Level, Role

_COLUMNS = {
    "EAdm": Role.ENTERPRISE_ADMINISTRATOR,
    "EAro": Role.ENTERPRISE_ADMINISTRATOR_READ_ONLY,
    "EP": Role.ENTERPRISE_PURCHASER,
    "DA": Role.DEPARTMENT_ADMINISTRATOR,
    "DAro": Role.DEPARTMENT_ADMINISTRATOR_READ_ONLY,
    "AO": Role.ACCOUNT_OWNER,
    "P": Role.PARTNER_ADMINISTRATOR,
}

EA = Matrix(
    cells=joined(
        read_table(
            _COLUMNS,
            """
            action                   EAdm EAro EP   DA     DAro   AO     P
            see-subscription         ✔    ✔    ✔    ✔      ✔      ✔      ✔
            see-invoices             ◐i   ✘    ✘    ✘      ✘      ✘      ✔
            download-invoice         ◐i   ✘    ✘    ✘      ✘      ✘      ✔
            open-old-invoice         ◐i   ✘    ✘    ✘      ✘      ✘      ✔
            open-support-invoice     ◐i   ✘    ✘    ✘      ✘      ✘      ✔
            see-charges              ✔    ✔    ✔    ◐d     ◐d     ◐a     ✔
            download-usage           ✔    ✔    ✔    ◐d     ◐d     ◐a     ✔
            download-open-usage      ✔    ✔    ✔    ◐d     ◐d     ◐a     ✔
            see-contract-prices      ✔    ✘    ✘    ◐p     ◐p     ◐p     ✔
            see-price-sheet          ✔    ✔    ✔    ✘      ✘      ✘      ✔
            see-credit-balance       ✔    ✔    ✔    ✘      ✘      ✘      ✔
            see-account-roles        ✔    ✔    ✔    ✘      ✘      ✘      ✔
            give-account-roles       ✔    ✘    ✘    ✘      ✘      ✘      ✘
            manage-departments       ✔    ✘    ✘    ✘      ✘      ✘      ✘
            see-department-roles     ✔    ✔    ✔    ✔      ✔      ✘      ✔
            give-department-roles    ✔    ✘    ✘    ✔      ✘      ✘      ✘
            see-enrollment-accounts  ✔    ✔    ✔    ✔      ✔      ✘      ✔
            add-enrollment-accounts  ✔    ✘    ✘    ✔      ✘      ✘      ✘
            see-quotas               ✔    ✔    ✔    ✘      ✘      ✘      ✔
            set-quotas               ✔    ✘    ✘    ✘      ✘      ✘      ✘
            set-policies             ✔    ✘    ✘    ✘      ✘      ✘      ✘
            release-prices           ✘    ✘    ✘    ✘      ✘      ✘      ✔
            set-purchase-order       ◐i   ✘    ✘    ✘      ✘      ✘      ✔
            create-subscription      ✘    ✘    ✘    ✘      ✘      ✔      ✘
            cancel-subscription      ✘    ✘    ✘    ✘      ✘      ✔      ✘
            manage-resources         ✘    ✘    ✘    ✘      ✘      ✔      ✘
            buy-reservations         ✔    ✘    ✔    ✘      ✘      ✘      ✘
            budgets                  CRUD CRUD –    CRUD◐d CRUD◐d CRUD◐a –
            views                    CRUD CRUD –    CRUD◐d CRUD◐d CRUD◐a –
            exports                  CRUD CRUD –    CRUD◐d CRUD◐d CRUD◐a –
            alerts                   RU   RU   –    RU◐d   RU◐d   RU◐a   –
            allocation-rules         CRUD R    –    –      –      –      –
            """,
        ),
        UNDER_EA,
    ),
    gives={
        Level.ACCOUNT: Action.GIVE_ACCOUNT_ROLES,
        Level.DEPARTMENT: Action.GIVE_DEPARTMENT_ROLES,
        Level.ENROLLMENT_ACCOUNT: Action.ADD_ENROLLMENT_ACCOUNTS,
        Level.SUBSCRIPTION: Action.GIVE_SUBSCRIPTION_ROLES,
    },
    helpers=(
        Role.ACCOUNT_OWNER,
        Role.DEPARTMENT_ADMINISTRATOR,
        Role.ENTERPRISE_ADMINISTRATOR_READ_ONLY,
        Role.ENTERPRISE_ADMINISTRATOR,
        Role.PARTNER_ADMINISTRATOR,
        Role.OWNER,
    ),
    policies={
        Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES: Action.SET_POLICIES,
        Policy.ACCOUNT_OWNERS_VIEW_CHARGES: Action.SET_POLICIES,
        Policy.MARKETPLACE_PURCHASES: Action.SET_POLICIES,
        Policy.RESERVATION_PURCHASES: Action.SET_POLICIES,
        Policy.MARKUP: Action.RELEASE_PRICES,
    },
)
