-- The search index: what `nightdesk search` selects its candidates by; made by load, for what is older by upkeep.
-- oldest code: 0007

-- words is made in Python (pipelines/query/vectors.py), which alone knows the normal form and what a shape is: 0 words with their
-- places, 1 the same of a text with joiners, 2 words alone, 3 a part of them. dated: when the article was published, or first seen.
-- loaded_at: of the wording that this is of.
create table article_words (
    article_id bigint not null references articles on delete cascade,
    part smallint not null,
    shape smallint not null check (shape between 0 and 3),
    source text not null,
    language text not null,
    dated timestamptz not null,
    loaded_at timestamptz not null,
    words tsvector not null,
    primary key (article_id, part)
);
create index article_words_exact on article_words using gin (words) where shape = 0;
create index article_words_joined on article_words using gin (words) where shape = 1;
create index article_words_long on article_words using gin (words) where shape >= 2;
create index article_words_dated on article_words (dated, article_id);
create index article_words_source on article_words (source, dated, article_id);

-- Every word that stands in the archive, for parts of words (`sub:`); a word that was there stays.
create table known_words (word text primary key);

-- What upkeep does in batches to rows of before a migration. below: how far this pass is, null at its start; found: how many rows of
-- this pass needed it; passed_at: when a whole pass found none. It goes on for a day, since code of before may still be loading.
create table backfills (
    name text primary key,
    begun_at timestamptz not null default now(),
    below bigint,
    found bigint not null default 0,
    passed_at timestamptz
);
insert into backfills (name, passed_at) select 'words', case when not exists (select from articles) then now() end;
