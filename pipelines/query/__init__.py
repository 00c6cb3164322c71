"""Queries: terms, the forms in which they are written, and how they are found in a text."""
