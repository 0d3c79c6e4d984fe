"""Words and numbers for the templates, as the reader's language writes them."""
