"""The search over everything that is open to a person: pages, subscriptions, billing scopes, invoices.

Leaves to others: what may be seen (`records.reach` narrows, `records.scope_path` decides).
"""
