"""The files that a partner has beside an invoice: its lines to reconcile, and the usage behind it day by day."""
