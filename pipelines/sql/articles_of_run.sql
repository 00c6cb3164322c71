-- How many article pages a run has asked a source for.
select count(*) as count
from fetches join urls on urls.id = fetches.url_id
where fetches.run = %(run)s and fetches.source = %(source)s and urls.kind = 'article'
