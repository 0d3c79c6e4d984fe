"""Usage and its cost as files for spreadsheets and programs.

Leaves to others: rating the usage, and deciding who may have it.
"""
