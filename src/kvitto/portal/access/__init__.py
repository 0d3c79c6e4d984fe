"""Who can see what: roles and policies of a scope, who can see an invoice, and asking for access."""
