-- A table for the lines of article files until they are judged. Its rows are deleted with the transaction; a row that fits into a block of
-- Postgres is not compressed.
create temporary table if not exists lines (
    n integer not null, source text not null, fetch_id bigint not null, url_id bigint not null, run text not null, fetched_at timestamptz not null,
    canonical_key text, published_at timestamptz, published_precision text not null, page_digest text not null,
    title_digest text not null, text_digest text not null, extractor text not null, words integer not null,
    -- Whether the page's own address and its canonical address may belong to one article.
    akin boolean not null,
    reason text not null, detail text not null,
    -- Whether the columns that follow are filled: only if the line may be compared with another wording. url is always filled.
    whole boolean not null default false,
    url text, canonical_url text, title text, description text, text text, authors text[], language text, published_from text,
    modified_at timestamptz, image text, tags text[], section text, removed jsonb,
    -- Found by comparing the line with what is stored. article_id: the article of this URL. copy_of: the URL of which this one is a copy.
    -- judged: whether load decided on this fetch before. latest: whether it is the newest fetch of its URL. revision, further down: the one
    -- that the line makes or belongs to.
    article_id bigint, copy_of bigint, judged boolean not null default false, latest boolean not null default false, looks integer,
    -- About the line's URL: whether it stayed undecided or was held, and when a list first named it.
    undecided boolean, discovered_at timestamptz,
    url_key text, variant_key text, verdict text, why text not null default '', revision integer,
    -- fresh: a look at an article that is newer than what is stored. changed: title or text differ from the wording before it.
    -- same_page: the bytes are those of a stored revision, so that only the extractor's reading changed.
    fresh boolean not null default false, changed boolean not null default false, same_page boolean not null default false,
    -- past: the code of Quiet if an import or a backfill brought the line, else empty. revision_kind, moved: the kind of the edit, and the
    -- numbers and names that changed.
    past text not null default '', revision_kind text not null default '', moved jsonb not null default '[]'
) with (toast_tuple_target = 8160) on commit delete rows
