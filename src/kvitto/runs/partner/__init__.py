"""What a partner is shown and handed: charges and margins by customer, invoices, and the files beside them."""
