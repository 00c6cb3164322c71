"""Crawl: which URLs are due, who works on them, how each look ended; the fetching itself is in spiders/."""
