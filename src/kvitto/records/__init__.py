"""What we keep: Django models, migrations, guards, and the queries and the gate that every door uses.

Leaves to others: every rule; a record is turned into the plain value a rule takes, and back.
"""
