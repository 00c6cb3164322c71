-- Feeds and sitemaps whose dates of change did not hold true.
select url from urls
where source = %(source)s and kind in ('feed', 'sitemap') and lastmod_false >= %(least)s and lastmod_false > lastmod_true
order by id
