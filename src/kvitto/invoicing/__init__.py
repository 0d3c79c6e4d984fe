"""What we ask for: drafting, tax, settlement, numbering, and the true answer when there is no invoice.

Leaves to others: how it looks (`documents`), where it is kept (`records`), and when it is done (`runs`).
"""
