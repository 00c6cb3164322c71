-- When and why the crawl looks at an article again, and which addresses are forms of one article.
alter table urls
    -- A key that the AMP, mobile and print forms of an address have in common. In older rows it is null until their source is crawled.
    add column variant_key text,
    -- When the site last sent the whole page.
    add column whole_at timestamptz,
    -- Whether the page once changed although its ETag or date stayed the same. If so, it is asked for without ETag and date.
    add column validators_lie boolean not null default false,
    -- due_for: why the next look is due. due_by: the list that gave the reason.
    add column due_for text not null default '',
    add column due_by bigint,
    -- When the URL was first missing from the list that had named it.
    add column missed_at timestamptz,
    -- Only for lists: how many of the pages that the list called modified had changed, and how many had not.
    add column lastmod_true integer not null default 0,
    add column lastmod_false integer not null default 0;
update urls set whole_at = fetched_at where fetched_at is not null;
create index urls_variant on urls (source, variant_key);
create index urls_alias on urls (alias_of) where alias_of is not null;
create index urls_via on urls (source, via) where kind = 'article';
create index fetches_redirected on fetches (source, final_url) where final_url <> '' and final_url <> url;
-- When any process last sent a request to the host.
alter table hosts add column asked_at timestamptz;
-- If a run does not crawl all lists of a source: what the run is for. It is the one URL that a person asked for, `backfill:DAYS` or
-- `import:NAME`. Empty for other runs. A run for one URL says nothing about the health of its source.
alter table runs add column only_url text not null default '';
