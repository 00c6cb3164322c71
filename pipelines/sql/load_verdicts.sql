-- Judge what is left: a line newer than what is stored makes a revision if its text or title is another one.
with fresh as (
    select l.n, l.url_id, l.fetched_at, l.text_digest, l.title_digest, l.page_digest, coalesce(a.revision, 0) as stored,
        lag(l.text_digest, 1, a.text_digest) over ordered as before_text,
        lag(l.title_digest, 1, a.title_digest) over ordered as before_title,
        lag(l.page_digest, 1, a.page_digest) over ordered as before_page
    from lines l left join articles a on a.id = l.article_id
    where l.reason = '' and l.copy_of is null and l.verdict is null and (a.id is null or l.fetched_at > a.seen_at)
    window ordered as (partition by l.url_id order by l.fetched_at, l.n)
), compared as (
    select *, (text_digest, title_digest) is distinct from (before_text, before_title) as changed from fresh
), judged as (
    select *, stored + count(*) filter (where changed) over (partition by url_id order by fetched_at, n) as revision from compared
)
update lines l
set fresh = true, changed = j.changed, revision = j.revision, same_page = l.page_digest is not distinct from j.before_page,
    verdict = case when j.changed then 'stored' else 'unchanged' end
from judged j
where j.n = l.n
