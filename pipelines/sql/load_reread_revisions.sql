-- Put what the page says now, read again, into its revision.
update revisions r
set title = l.title, description = l.description, text = l.text, title_digest = l.title_digest, text_digest = l.text_digest,
    page_digest = l.page_digest, extractor = l.extractor
from lines l
where l.fetch_id = r.fetch_id and l.verdict = 'stored' and not l.fresh
    and (r.title, r.description, r.text, r.extractor, r.page_digest)
        is distinct from (l.title, l.description, l.text, l.extractor, l.page_digest)
