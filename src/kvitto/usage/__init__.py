"""What was used: records in, checked, de-duplicated, and kept as they were sent.

Leaves to others: what a record costs (`rating`), and the database that says which files exist (`records`).
"""
