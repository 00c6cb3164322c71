"""Crawl: which URLs are due, who works on them, and how each look ended. The fetching itself is in spiders/."""
