"""The crawl in its own process: `python -m spiders crawl`. Only this package imports scrapy."""
