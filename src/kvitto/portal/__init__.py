"""The pages: load and permit in one step, ask a run or a query, answer.

Leaves to others: every rule, every sum, and every decision about access.
"""
