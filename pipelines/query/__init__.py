"""What people ask for: terms, the forms they are written in, and how they are found in a text."""
