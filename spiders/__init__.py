"""The crawl inside its own process: `python -m spiders crawl`; the only package that imports scrapy."""
