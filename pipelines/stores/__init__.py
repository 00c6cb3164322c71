"""What is kept, and how it is reached: Postgres, raw files, article files."""
