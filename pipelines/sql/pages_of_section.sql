-- How many further pages of a section a run has named so far.
select count(*) as count
from urls
where source = %(source)s and kind = 'section' and via = %(via)s
    and (next_at <= now() or exists (select from fetches f where f.url_id = urls.id and f.run = %(run)s))
