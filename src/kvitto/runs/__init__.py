"""One job, one short story: apply agreements, take in usage, rate a period, issue invoices, build the demonstration.

Leaves to others: rules (the rooms below) and talking to people (the doors above).
"""
