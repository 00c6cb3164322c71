"""`spiders.discover.listed`: scripts of others use this name to read feeds and sitemaps; it stays until 1.0."""

from pipelines.listings.formats import read_list as listed

__all__ = ["listed"]
