"""From charges to an invoice without a number: lines, sections, credit, tax and totals.

`lines` makes and rounds them, `sections` puts them in order under their headings, `totals` adds up and taxes, `parties`
says who it is between, and `drafted` tells the whole story. `obstacles` says why a draft may not be issued.
"""

from kvitto.invoicing.drafting.drafted import completed, draft
from kvitto.invoicing.drafting.facts import DraftFacts
from kvitto.invoicing.drafting.obstacles import obstacles

__all__ = ["DraftFacts", "completed", "draft", "obstacles"]
