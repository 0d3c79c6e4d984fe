"""Cost Management + Billing: the billing scopes of a person, and the pages of each one beside its invoices.

Leaves to others: invoices, usage, money, access; the menu leads to them.
"""
