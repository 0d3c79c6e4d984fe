"""Who may do what, for whom, and if not, why and who can help: roles, the matrices as tables, one decision.

Leaves to others: which roles a person holds (`records`), and what a refusal looks like (the doors).
"""
