-- A table for the lines of article files until load has judged them. Its rows are deleted at the end of the transaction.
-- toast_tuple_target: a row that fits into a block of Postgres is not compressed.
create temporary table if not exists lines (
    n integer not null, source text not null, fetch_id bigint not null, url_id bigint not null, run text not null, fetched_at timestamptz not null,
    canonical_key text, published_at timestamptz, published_precision text not null, page_digest text not null,
    title_digest text not null, text_digest text not null, extractor text not null, words integer not null,
    -- akin: the page's own address and its canonical URL may belong to one article.
    akin boolean not null,
    reason text not null, detail text not null,
    -- whole: the columns from canonical_url to removed are filled. They are filled only if the line may be compared with another wording.
    whole boolean not null default false,
    url text, canonical_url text, title text, description text, text text, authors text[], language text, published_from text,
    modified_at timestamptz, image text, tags text[], section text, removed jsonb,
    -- What the database knows of the line. article_id: the article of its URL. copy_of: the URL that has the same article. judged: load
    -- decided on this fetch before. latest: the state of the URL follows from this fetch, because no newer fetch decides it.
    -- first_fetched_at: when the line's article was first fetched. The article may be stored already, or be made by this load.
    article_id bigint, first_fetched_at timestamptz, copy_of bigint, judged boolean not null default false, latest boolean not null default false, looks integer,
    -- undecided: the line's URL was undecided or held. discovered_at: when a list first named the URL.
    undecided boolean, discovered_at timestamptz,
    -- revision: the revision that the line makes or belongs to.
    url_key text, variant_key text, verdict text, why text not null default '', revision integer,
    -- fresh: the look is newer than the stored article. changed: title or text differ from the wording before.
    -- same_page: the page has the same bytes as the page before, so only the extractor changed.
    fresh boolean not null default false, changed boolean not null default false, same_page boolean not null default false,
    -- past: `imported` or `backfill` if an import or a backfill brought the line, else empty. revision_kind: the kind of the edit. moved:
    -- the numbers and names that changed.
    past text not null default '', revision_kind text not null default '', moved jsonb not null default '[]'
) with (toast_tuple_target = 8160) on commit delete rows
