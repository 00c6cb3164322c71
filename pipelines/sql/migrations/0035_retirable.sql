-- What retention looks for, and what Postgres looks for when a fetch goes, is found by an index.
-- oldest code: 0017
-- outside a transaction
drop index concurrently if exists revision_rows_earlier;
-- Earlier wordings whose words are there.
create index concurrently revision_rows_earlier on revision_rows (fetched_at) where text is not null and text_retired_at is null;
drop index concurrently if exists articles_fetch;
create index concurrently articles_fetch on articles (fetch_id);
