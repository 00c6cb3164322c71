"""`spiders.discover.listed`: other people's scripts use this name to read feeds and sitemaps, so the name stays until
1.0."""

from pipelines.listings.formats import read_list as listed

__all__ = ["listed"]
