"""An invoice or its usage as a file, made from the canonical facts and nothing else.

Leaves to others: computing anything, and deciding who may have it.
"""
