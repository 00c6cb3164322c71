"""Alert: what changed, matched against the watches, and told to people."""
