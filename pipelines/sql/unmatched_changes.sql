-- The next changes nobody has matched yet, with the text they brought, other matchers pass them by.
select c.id, c.article_id, c.revision, c.kind, c.quiet, c.source, a.language, r.title, r.description, r.text
from changes c
join articles a on a.id = c.article_id
join revisions r on r.article_id = c.article_id and r.revision = c.revision
where c.matched_at is null
order by c.id
limit %(count)s
for update of c skip locked
