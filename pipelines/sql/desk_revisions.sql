-- Every revision of an article, newest first.
select revision, run, fetched_at, title, description, text
from revisions
where article_id = %(id)s
order by revision desc
