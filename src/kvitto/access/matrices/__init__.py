"""The matrices of roles.md §2–§8, one form of agreement per file, and which roles of resources count beside them."""

from kvitto.access.matrices.enterprise import EA
from kvitto.access.matrices.mca import MCA
from kvitto.access.matrices.mosp import MOSP
from kvitto.access.matrices.partner import MPA
from kvitto.access.matrices.resources import GROUPS

__all__ = ["EA", "GROUPS", "MCA", "MOSP", "MPA"]
