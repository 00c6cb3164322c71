"""What names articles: feeds, sitemaps and sections, bytes in and addresses out; no network in it."""
