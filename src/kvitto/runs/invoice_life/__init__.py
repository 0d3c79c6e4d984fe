"""What may become of an invoice after it was issued: payments, credit notes, voiding, rebilling, refunds.

Each is one transaction that first holds the invoice (`records.links.locked`), so that two at once never record the same
thing twice or give back more than there is. Nothing here changes what was issued.
"""
