-- How many URLs of a source are due and were not fetched, or how many of them are sitemaps that an index named.
select count(*) as count from urls where source = %(source)s and (next_at <= now() or (state = 'discovered' and next_at is not null))
    and (not %(sitemaps)s or (kind = 'sitemap' and via <> ''))
