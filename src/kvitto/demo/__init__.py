"""The demonstration office: its files, and the walk of its clock from an empty home to 20 March 2024.

Leaves to others: everything an office does; the demonstration only calls the same runs as any operator.
"""

from datetime import date

LAST_DAY = date(2024, 3, 20)
