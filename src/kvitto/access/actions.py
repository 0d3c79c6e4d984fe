"""What a person may want to do, in plain words: the rows of the matrices."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """What a person may want to do with a billing scope, with its invoices, or with a subscription.

    Whatever an agreement does not know (a department under a Customer Agreement) nobody may do there.
    """

    SEE_SUBSCRIPTION = "see-subscription"  # that it exists, its name and offer; of any scope
    SEE_INVOICES = "see-invoices"  # the list of billing periods with their totals, billing information, an invoice
    SEE_CHARGES = "see-charges"  # daily usage and its cost, on a page
    DOWNLOAD_USAGE = "download-usage"
    DOWNLOAD_INVOICE = "download-invoice"
    OPEN_OLD_INVOICE = "open-old-invoice"  # of a period before December 2016; asked in place of the two above
    OPEN_SUPPORT_INVOICE = "open-support-invoice"  # of a support plan; asked in place of the two above

    # Files and figures beside the invoice
    DOWNLOAD_OPEN_USAGE = "download-open-usage"  # of the month so far
    DOWNLOAD_TAX_DOCUMENTS = "download-tax-documents"
    DOWNLOAD_RECONCILIATION = "download-reconciliation"  # the partner's files beside an invoice
    DOWNLOAD_DAILY_RATED_USAGE = "download-daily-rated-usage"
    SEE_PRICE_SHEET = "see-price-sheet"
    SEE_CONTRACT_PRICES = "see-contract-prices"  # what a resource would cost, while choosing it
    SEE_CREDIT_BALANCE = "see-credit-balance"
    USE_ACCOUNT_CENTER = "use-account-center"  # billing history, current statement, usage download
    READ_INVOICES_BY_API = "read-invoices-by-api"
    READ_USAGE_BY_API = "read-usage-by-api"
    READ_RATE_CARD = "read-rate-card"

    # Paying and being told
    PAY = "pay"
    SEE_PAYMENT_METHODS = "see-payment-methods"
    MANAGE_PAYMENT_METHODS = "manage-payment-methods"
    SET_PURCHASE_ORDER = "set-purchase-order"
    RECEIVE_INVOICE_MAIL = "receive-invoice-mail"
    CHANGE_INVOICE_MAIL = "change-invoice-mail"  # opt in or out, further recipients
    RECEIVE_PAST_DUE_MAIL = "receive-past-due-mail"
    CHANGE_SPENDING_LIMIT = "change-spending-limit"

    # Policies
    SHARE_INVOICES = "share-invoices"  # the switch “Allow others to download invoice”
    SET_POLICIES = "set-policies"
    RELEASE_PRICES = "release-prices"  # of an indirect enrollment, to the customer
    SET_CUSTOMER_VISIBILITY = "set-customer-visibility"
    SEE_CUSTOMER_PURCHASES = "see-customer-purchases"
    SET_CUSTOMER_PURCHASES = "set-customer-purchases"
    SET_CUSTOMER_BUDGET = "set-customer-budget"

    # Who has access
    GIVE_SUBSCRIPTION_ROLES = "give-subscription-roles"
    CHANGE_SERVICE_ADMINISTRATOR = "change-service-administrator"
    SEE_ACCOUNT_ROLES = "see-account-roles"  # and its properties and billing profiles
    GIVE_ACCOUNT_ROLES = "give-account-roles"
    SEE_PROFILE_ROLES = "see-profile-roles"  # and its properties and policies
    GIVE_PROFILE_ROLES = "give-profile-roles"
    SEE_SECTION_ROLES = "see-section-roles"  # and its properties
    GIVE_SECTION_ROLES = "give-section-roles"
    SEE_DEPARTMENT_ROLES = "see-department-roles"
    GIVE_DEPARTMENT_ROLES = "give-department-roles"
    ELEVATE = "elevate"  # a directory's Global Administrator becomes billing account owner

    # What stands under what
    CHANGE_ACCOUNT = "change-account"  # sold-to address and name; create a billing profile
    CHANGE_PROFILE = "change-profile"  # bill-to address and purchase order number
    SEE_SECTIONS = "see-sections"
    CREATE_SECTIONS = "create-sections"
    CHANGE_SECTION = "change-section"
    MANAGE_DEPARTMENTS = "manage-departments"
    SEE_ENROLLMENT_ACCOUNTS = "see-enrollment-accounts"
    ADD_ENROLLMENT_ACCOUNTS = "add-enrollment-accounts"  # and change their owners
    SEE_QUOTAS = "see-quotas"
    SET_QUOTAS = "set-quotas"
    MANAGE_CUSTOMERS = "manage-customers"  # a partner's billing account, profiles and customers

    # Subscriptions and what is bought
    CREATE_SUBSCRIPTION = "create-subscription"
    CANCEL_SUBSCRIPTION = "cancel-subscription"
    MOVE_TO_OTHER_PROFILE = "move-to-other-profile"
    MOVE_TO_OTHER_SECTION = "move-to-other-section"  # and set its cost center
    REQUEST_OWNERSHIP = "request-ownership"  # of subscriptions that others are billed for
    SEE_PRODUCTS = "see-products"
    MANAGE_PRODUCTS = "manage-products"
    BUY_RESERVATIONS = "buy-reservations"  # and savings plans
    MANAGE_RESOURCES = "manage-resources"

    # Watching cost; in the tables a row each, with cells such as R, RU and CRUD
    SEE_BUDGETS = "see-budgets"
    CREATE_BUDGETS = "create-budgets"
    CHANGE_BUDGETS = "change-budgets"
    DELETE_BUDGETS = "delete-budgets"
    SEE_VIEWS = "see-views"
    CREATE_VIEWS = "create-views"
    CHANGE_VIEWS = "change-views"
    DELETE_VIEWS = "delete-views"
    SEE_EXPORTS = "see-exports"
    CREATE_EXPORTS = "create-exports"
    CHANGE_EXPORTS = "change-exports"
    DELETE_EXPORTS = "delete-exports"
    SEE_ALERTS = "see-alerts"
    CREATE_ALERTS = "create-alerts"
    CHANGE_ALERTS = "change-alerts"
    DELETE_ALERTS = "delete-alerts"
    SEE_ALLOCATION_RULES = "see-allocation-rules"
    CREATE_ALLOCATION_RULES = "create-allocation-rules"
    CHANGE_ALLOCATION_RULES = "change-allocation-rules"
    DELETE_ALLOCATION_RULES = "delete-allocation-rules"
    MANAGE_ANOMALY_RULES = "manage-anomaly-rules"


FEATURES = ("budgets", "views", "exports", "alerts", "allocation-rules")
VERBS = {"C": "create", "R": "see", "U": "change", "D": "delete"}
