"""Partner Center: a partner's customers with what they come to, the partner's invoices, and the files beside them."""
