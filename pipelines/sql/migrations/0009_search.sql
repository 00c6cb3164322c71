-- The index from which `nightdesk search` takes its candidates. Load fills it, and upkeep adds older articles.
-- oldest code: 0007

-- words is made in Python (pipelines/query/vectors.py), because only Python code knows the normal form of a word. dated: when the article
-- was published or, if that is not known, first fetched. loaded_at: when the indexed wording was loaded. shape: the form of the row:
--   0: all words of the article, with their places.
--   1: the same, of an article with zero-width non-joiners. Each field is indexed as it stands, and once more with these characters
--   read as blanks. So at some places the row has only a piece of a word.
--   2: all words of a longer article, without places.
--   3: one of several rows of a very long article, each with a part of its words, without places.
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

-- Every word that any article has had. A search for parts of words (`sub:`) reads them.
create table known_words (word text primary key);

-- How far upkeep has come with rows that are older than a migration. It changes these rows in batches, in passes from the highest id down.
-- below: the id down to which this pass has come, null at its start. found: how many rows of this pass had to be changed. passed_at: when a
-- whole pass changed none. Passes go on for a day, because older code may still be loading.
create table backfills (
    name text primary key,
    begun_at timestamptz not null default now(),
    below bigint,
    found bigint not null default 0,
    passed_at timestamptz
);
insert into backfills (name, passed_at) select 'words', case when not exists (select from articles) then now() end;
