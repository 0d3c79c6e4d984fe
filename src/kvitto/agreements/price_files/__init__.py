"""Price lists in files: their mapping, their rows, and the prices they become, all or none.

Leaves to others: which price holds on a day (`agreements.price_sheet`).
"""
