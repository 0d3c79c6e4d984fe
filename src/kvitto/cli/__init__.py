"""The commands: the same runs and queries as the pages, for the office's operator and for programs.

Leaves to others: every rule.
"""
