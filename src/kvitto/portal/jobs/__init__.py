"""Files that are prepared in the background: asking for them, how far they are, fetching and removing them."""
