"""What roles on resources open beside the roles of each agreement, and on a management group alone (roles.md §7).

Where the reference varies: Service Administrator, Co-administrator, Billing Reader and User Access Administrator are
not named there and see no cost; under a Customer Agreement an Owner may cancel the subscription.

A policy is asked for cost, and for what is made of cost: budgets, views, exports and alerts.
"""

from kvitto.access.actions import Action
from kvitto.access.matrix import Matrix, read_table
from kvitto.access.roles import Level, Role

_COLUMNS = {
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

UNDER_MCA = read_table(
    _COLUMNS,
    """
    action                   SA   CA   Own  Con  Rea  BiR  UAA  CMr  CMc
    see-subscription         ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔    ✔
    see-charges              ✘    ✘    ✔    ✔    ✔    ✘    ✘    ✔    ✔
    give-subscription-roles  ✘    ✘    ✔    ✘    ✘    ✘    ✔    ✘    ✘
    cancel-subscription      ✘    ✘    ✔    ✘    ✘    ✘    ✘    ✘    ✘
    manage-resources         ✔    ✔    ✔    ✔    ✘    ✘    ✘    ✘    ✘
    budgets                  –    –    CRUD CRUD R    –    –    R    CRUD
    views                    –    –    CRUD CRUD R    –    –    R    CRUD
    exports                  –    –    CRUD CRUD R    –    –    R    CRUD
    alerts                   –    –    RU   RU   R    –    –    R    RU
    manage-anomaly-rules     ✘    ✘    ✔    ✔    ✘    ✘    ✘    ✘    ✔
    """,
)

UNDER_EA = read_table(
    _COLUMNS,
    """
    action                   SA   CA   Own    Con    Rea  BiR  UAA  CMr  CMc
    see-subscription         ✔    ✔    ✔      ✔      ✔    ✔    ✔    ✔    ✔
    see-charges              ✘    ✘    ◐a     ◐a     ◐a   ✘    ✘    ◐a   ◐a
    give-subscription-roles  ✘    ✘    ✔      ✘      ✘    ✘    ✔    ✘    ✘
    cancel-subscription      ✘    ✘    ✔      ✘      ✘    ✘    ✘    ✘    ✘
    manage-resources         ✔    ✔    ✔      ✔      ✘    ✘    ✘    ✘    ✘
    budgets                  –    –    CRUD◐a CRUD◐a R◐a  –    –    R◐a  CRUD◐a
    views                    –    –    CRUD◐a CRUD◐a R◐a  –    –    R◐a  CRUD◐a
    exports                  –    –    CRUD◐a CRUD◐a R◐a  –    –    R◐a  CRUD◐a
    alerts                   –    –    RU◐a   RU◐a   R◐a  –    –    R◐a  RU◐a
    manage-anomaly-rules     ✘    ✘    ◐a     ◐a     ✘    ✘    ✘    ✘    ◐a
    """,
)

UNDER_MPA = read_table(
    _COLUMNS,
    """
    action                   SA   CA   Own    Con    Rea  BiR  UAA  CMr  CMc
    see-subscription         ✔    ✔    ✔      ✔      ✔    ✔    ✔    ✔    ✔
    see-charges              ✘    ✘    ◐c     ◐c     ◐c   ✘    ✘    ◐c   ◐c
    give-subscription-roles  ✘    ✘    ✔      ✘      ✘    ✘    ✔    ✘    ✘
    cancel-subscription      ✘    ✘    ✔      ✘      ✘    ✘    ✘    ✘    ✘
    manage-resources         ✔    ✔    ✔      ✔      ✘    ✘    ✘    ✘    ✘
    budgets                  –    –    CRUD◐c CRUD◐c R◐c  –    –    R◐c  CRUD◐c
    views                    –    –    CRUD◐c CRUD◐c R◐c  –    –    R◐c  CRUD◐c
    exports                  –    –    CRUD◐c CRUD◐c R◐c  –    –    R◐c  CRUD◐c
    alerts                   –    –    RU◐c   RU◐c   R◐c  –    –    R◐c  RU◐c
    manage-anomaly-rules     ✘    ✘    ◐c     ◐c     ✘    ✘    ✘    ✘    ◐c
    """,
)

# On a management group itself, whatever agreements its subscriptions are bought under. Its policies are those of the
# enrollments under it, all together: one that does not let account owners view charges closes the group's cost.
GROUPS = Matrix(
    cells=UNDER_EA,
    gives={Level.SUBSCRIPTION: Action.GIVE_SUBSCRIPTION_ROLES},
    helpers=(Role.READER, Role.OWNER),
    policies={},
)
