-- A canonical URL that pages with many titles call their own is none: broken sites print one on every page.
with claims as (
    select canonical_key, title_digest from lines where reason = ''
    union
    select a.canonical_key, a.title_digest
    from articles a
    where a.source = %(source)s and a.canonical_key in (select canonical_key from lines where reason = '')
), broken as (
    select canonical_key from claims group by canonical_key having count(*) > %(max_titles)s
)
update lines l set akin = false
from broken b
where l.canonical_key = b.canonical_key and l.canonical_key <> l.url_key
