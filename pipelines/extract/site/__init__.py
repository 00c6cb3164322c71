"""What the pages of one source have in common, learned from them."""
