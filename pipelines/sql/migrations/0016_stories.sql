-- Stories: which articles are near copies of each other. Load finds them for new articles, upkeep for older ones.
-- oldest code: 0010

-- The signature of an article's text (pipelines/signatures.py). loaded_at: when that wording was loaded. told_at: when the outlet published
-- the article, but no later than our first fetch. period: the 30 days in which told_at lies, counted from 1970 on. buckets: two articles
-- that share much of their text share buckets. Two articles that share buckets are compared if their periods are equal or neighbours.
-- exact: the number of one more bucket, for all articles with exactly the same text, whatever their age.
create table article_signatures (
    article_id bigint primary key references articles on delete cascade,
    loaded_at timestamptz not null,
    told_at timestamptz not null,
    period smallint not null,
    exact bigint not null,
    buckets bigint[] not null,
    signature bytea not null
);

-- A row for each bucket of an article. period: the period of the article's signature. The bucket `exact` has articles of any age, so it has
-- no period, and its rows have 32767 instead.
create table signature_buckets (
    period smallint not null,
    bucket bigint not null,
    article_id bigint not null,
    primary key (period, bucket, article_id)
);

-- When a signature is deleted, for whatever cause, its rows in signature_buckets are deleted too.
create function leave_buckets() returns trigger language plpgsql as $$
begin
    delete from signature_buckets b
    using (
        select article_id, period, unnest(buckets) as bucket from gone
        union all
        select article_id, 32767, exact from gone
    ) g
    where b.period = g.period and b.bucket = g.bucket and b.article_id = g.article_id;
    return null;
end
$$;
create trigger article_signatures_gone after delete on article_signatures
    referencing old table as gone for each statement execute function leave_buckets();

-- The articles of stories with more than one article. Any other article is a story of its own, whose number is the article's. The number of
-- a story is the lowest number of its articles. share: how much of this article's text (0 to 1) is in the text of the story's first article
-- (first_id).
create table story_articles (
    article_id bigint primary key references articles on delete cascade,
    story_id bigint not null,
    told_at timestamptz not null,
    first_id bigint,
    share real not null default 1
);
create index story_articles_story on story_articles (story_id, told_at, article_id);

insert into backfills (name, passed_at) select 'stories', case when not exists (select from articles) then now() end;

-- When an outlet published an article. A date without a time counts as the end of its day, month or year, but never as later than our first
-- fetch.
create function told_at(first_fetched_at timestamptz, published_at timestamptz, published_precision text) returns timestamptz
    language sql stable parallel safe as $$
select least(first_fetched_at, published_at + case published_precision
    when 'day' then interval '1 day' when 'month' then interval '1 month' when 'year' then interval '1 year' else interval '0' end)
$$;

-- A row for each article of each story. The view has two parts, so that an index finds a story or an article by its number.
create view nightdesk.stories as
select m.story_id, m.article_id, a.source, m.told_at,
    (row_number() over (partition by m.story_id order by m.told_at, m.article_id))::integer as place, m.share
from public.story_articles m join public.articles a on a.id = m.article_id
union all
select a.id, a.id, a.source, public.told_at(a.first_fetched_at, a.published_at, a.published_precision), 1, 1
from public.articles a
where not exists (select from public.story_articles m where m.article_id = a.id);

create or replace view nightdesk.articles as
select id, source, url, canonical_url, title, description, text, authors, language,
    least(coalesce(published_at, first_fetched_at), first_fetched_at) as dated, published_at, published_precision, published_from,
    modified_at, image, tags, section, words, revision, first_run, first_fetched_at, fetched_at, seen_at, gone_at,
    page_digest as page_sha256, extractor,
    coalesce((select m.story_id from public.story_articles m where m.article_id = a.id), a.id) as story_id
from public.articles a;
