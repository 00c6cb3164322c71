"""The stores, and how they are reached: Postgres, raw files, article files."""
