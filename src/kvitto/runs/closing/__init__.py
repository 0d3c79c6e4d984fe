"""Closing billing periods: what is due, rated twice, issued, and reported.

Leaves to others: the rules (`invoicing`), and documents (`runs.make_documents`).
"""
