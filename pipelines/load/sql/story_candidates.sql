-- Articles that may tell the same story as these: they have exactly the same text, or share at least `least` buckets of shingles. Articles
-- with the same text come first, then those that share the most buckets.
with own as materialized (
    select article_id, period, exact, buckets from article_signatures where article_id = any(%(ids)s)
), met as (
    select own.article_id as id, k.article_id as other, false as exact
    from own
    cross join unnest(own.buckets) as of (bucket)
    cross join generate_series(own.period - 1, own.period + 1) as near (period)
    cross join lateral (
        select b.article_id from signature_buckets b
        where b.period = near.period::smallint and b.bucket = of.bucket
        order by b.period, b.bucket, b.article_id desc limit %(read)s
    ) k
    union all
    select own.article_id, k.article_id, true
    from own
    cross join lateral (
        select b.article_id from signature_buckets b
        where b.period = %(ever)s::smallint and b.bucket = own.exact
        order by b.period, b.bucket, b.article_id desc limit %(read)s
    ) k
), counted as (
    select id, other, bool_or(exact) as exact, count(*) as shared
    from met
    where id <> other
    group by id, other
    having bool_or(exact) or count(*) >= %(least)s
), ranked as (
    select id, other, exact, row_number() over (partition by id order by exact desc, shared desc, other desc) as rank from counted
)
select id, other, exact from ranked where rank <= %(most)s order by id, rank
