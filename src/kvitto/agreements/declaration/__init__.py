"""The agreements file: read, checked entry by entry, and told with every mistake at once.

Leaves to others: what the file changes (`agreements.planning`).
"""
