-- Keep every text an article has had.
insert into revisions (
    article_id, revision, run, fetch_id, fetched_at, title, description, text, title_digest, text_digest, page_digest, extractor
)
select article_id, revision, run, fetch_id, fetched_at, title, description, text, title_digest, text_digest, page_digest, extractor
from lines
where fresh and changed
