"""From a bare address to a followed source, with the evidence for every line of its file."""
