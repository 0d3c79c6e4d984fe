"""Account Center, statements of unbilled charges, all transactions, credits, and what was paid on an invoice."""
