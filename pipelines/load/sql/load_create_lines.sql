-- Where the lines of article files are put before they are judged, gone with the transaction; a row as large as a block is not compressed.
create temporary table if not exists lines (
    n integer not null, source text not null, fetch_id bigint not null, url_id bigint not null, run text not null, fetched_at timestamptz not null,
    canonical_key text, published_at timestamptz, published_precision text not null, page_digest text not null,
    title_digest text not null, text_digest text not null, extractor text not null, words integer not null,
    -- Whether the page's own address and the one it calls its canonical could well be of one article.
    akin boolean not null,
    reason text not null, detail text not null,
    -- Whether the line has what follows, but for url, which all have: only if it may be compared with another wording.
    whole boolean not null default false,
    url text, canonical_url text, title text, description text, text text, authors text[], language text, published_from text,
    modified_at timestamptz, image text, tags text[], section text, removed jsonb,
    -- Worked out from what is stored: the article of this URL, the URL it is a copy of, whether this fetch was judged before,
    -- whether it is the newest of its URL, then the verdict, its reason, and the revision it makes or belongs to.
    article_id bigint, copy_of bigint, judged boolean not null default false, latest boolean not null default false, looks integer,
    -- Of its URL: whether it stayed undecided or was held, and when a list first named it.
    undecided boolean, discovered_at timestamptz,
    url_key text, variant_key text, verdict text, why text not null default '', revision integer,
    -- fresh: a look at an article that is newer than what is stored. changed: title or text differ from the wording before it.
    -- same_page: the bytes are those of a stored revision, so that only our reading changed.
    fresh boolean not null default false, changed boolean not null default false, same_page boolean not null default false,
    -- past: the code of Quiet if an import or a backfill brought it, else empty; what its revision is to the one before it, and the
    -- numbers and names that moved.
    past text not null default '', revision_kind text not null default '', moved jsonb not null default '[]'
) with (toast_tuple_target = 8160) on commit delete rows
