"""Alert: matches changes against the watches, and tells people."""
