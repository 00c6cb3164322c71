-- Indexes for the wordings that retention looks for, and for the articles that Postgres looks for when a fetch is deleted.
-- oldest code: 0017
-- outside a transaction
drop index concurrently if exists revision_rows_earlier;
-- This index has only the wordings that still have their words.
create index concurrently revision_rows_earlier on revision_rows (fetched_at) where text is not null and text_retired_at is null;
drop index concurrently if exists articles_fetch;
create index concurrently articles_fetch on articles (fetch_id);
