"""Alert: changes are matched against the watches, and people are told."""
