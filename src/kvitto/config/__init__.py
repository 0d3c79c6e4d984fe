"""The office's home folder, its settings, and start-up.

Leaves to others: everything an office does once it has started.
"""
