-- How many sitemaps that an index named a run has asked a source for.
select count(*) as count
from fetches join urls on urls.id = fetches.url_id
where fetches.run = %(run)s and fetches.source = %(source)s and urls.kind = 'sitemap' and urls.via <> ''
