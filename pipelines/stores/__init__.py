"""The stores and the access to them: Postgres, raw files, article files, and source files in a bucket."""
