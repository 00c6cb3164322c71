-- Articles, every revision of their text, and the changes that the alert stage matches.
create table articles (
    id bigint generated always as identity primary key,
    source text not null,
    url_id bigint not null unique references urls,
    url text not null,
    canonical_url text not null,
    canonical_key text not null,
    title text not null,
    description text not null default '',
    text text not null,
    authors text[] not null default '{}',
    language text not null default '',
    published_at timestamptz,
    published_precision text not null default '',
    published_from text not null default '',
    modified_at timestamptz,
    image text not null default '',
    tags text[] not null default '{}',
    section text not null default '',
    removed jsonb not null default '[]',
    page_digest text not null,
    title_digest text not null,
    text_digest text not null,
    extractor text not null,
    words integer not null default 0,
    -- fetch_id: the fetch that the text comes from. seen_at: when the article was last fetched, even if its page brought no new text.
    fetch_id bigint not null references fetches,
    fetched_at timestamptz not null,
    seen_at timestamptz not null,
    first_run text not null,
    first_fetched_at timestamptz not null,
    loaded_run text not null,
    loaded_at timestamptz not null default now(),
    revision integer not null default 1,
    gone_at timestamptz
);
create index articles_source on articles (source, first_fetched_at desc);
create index articles_latest on articles (first_fetched_at desc);
create index articles_digest on articles (source, text_digest);
create index articles_canonical on articles (source, canonical_key);
create index articles_url on articles using hash (url);
create index articles_canonical_url on articles using hash (canonical_url);

create table revisions (
    article_id bigint not null references articles on delete cascade,
    revision integer not null,
    run text not null,
    fetch_id bigint not null references fetches,
    fetched_at timestamptz not null,
    title text not null,
    description text not null,
    text text not null,
    title_digest text not null,
    text_digest text not null,
    page_digest text not null,
    extractor text not null,
    loaded_at timestamptz not null default now(),
    primary key (article_id, revision)
);
create unique index revisions_fetch on revisions (fetch_id);

-- quiet: why a change alerts nobody. It is empty if the change may alert somebody.
create table changes (
    id bigint generated always as identity primary key,
    article_id bigint not null references articles on delete cascade,
    revision integer not null,
    kind text not null check (kind in ('new', 'revised', 'removed')),
    run text not null,
    source text not null,
    at timestamptz not null default now(),
    quiet text not null default '',
    matched_at timestamptz,
    matched_run text,
    unique (article_id, revision, kind)
);
create index changes_unmatched on changes (id) where matched_at is null;
create index changes_source on changes (source, run);
create index changes_yield on changes (source, at) where kind = 'new';
create index changes_matched on changes (matched_run);
create index fetches_gone on fetches (source, fetched_at) where outcome = 'gone';
