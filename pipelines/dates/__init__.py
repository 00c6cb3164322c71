"""Reads dates as sites write them in feeds, sitemaps and pages, in sixty languages and four calendars."""
