"""Lists of invoices: the billing periods of one scope, an enrollment's documents, and everything open to a person."""
