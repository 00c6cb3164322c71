"""Load: article files into Postgres."""
