-- Looking again, and one row for each article: what the crawl keeps to know when, why and under which address.
alter table urls
    -- What AMP, mobile and print forms of an address have in common; null in rows of before, filled when their source is crawled.
    add column variant_key text,
    -- When it was last asked for without a condition and answered in full.
    add column whole_at timestamptz,
    -- Its ETag or date stayed the same while its bytes changed: it is asked for without them.
    add column validators_lie boolean not null default false,
    -- Why the next look is due: planned, modified, vanished, gone, retry; and which list said so.
    add column due_for text not null default '',
    add column due_by bigint,
    -- When it was first missing from the list that had named it.
    add column missed_at timestamptz,
    -- Of a list: how often a page it called modified had other bytes, and how often not.
    add column lastmod_true integer not null default 0,
    add column lastmod_false integer not null default 0;
update urls set whole_at = fetched_at where fetched_at is not null;
create index urls_variant on urls (source, variant_key);
create index urls_alias on urls (alias_of) where alias_of is not null;
create index urls_via on urls (source, via) where kind = 'article';
create index fetches_redirected on fetches (source, final_url) where final_url <> '' and final_url <> url;
-- When the host was last asked for anything, by any process.
alter table hosts add column asked_at timestamptz;
-- The one URL a run was for, where a person asked for it: such a run says nothing of its source.
alter table runs add column only_url text not null default '';
