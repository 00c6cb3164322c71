"""What a person at the Desk looks at, as records."""
