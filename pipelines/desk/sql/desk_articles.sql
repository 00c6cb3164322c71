-- The latest articles of one source, or of all, with the watches that found them. The newest run comes first, and within a run the newest
-- article.
with newest as (
    select id, first_run, least(coalesce(published_at, first_fetched_at), first_fetched_at) as dated
    from articles
    where %(source)s::text is null or source = %(source)s
    order by first_run desc, least(coalesce(published_at, first_fetched_at), first_fetched_at) desc, id desc
    limit %(count)s
), chosen as (
    select id, row_number() over (order by first_run desc, dated desc, id desc) as place from newest
), latest as (
    select id, source, url, title, description, case when %(whole)s then text else left(text, %(excerpt)s) end as text, language, words, revision, gone_at,
        published_at, published_precision, first_fetched_at, place,
        (select coalesce(sum(cardinality(string_to_array(block ->> 'text', E'\n'))), 0)
            from jsonb_array_elements(removed) as block) as cut
    from articles join chosen using (id)
), hits as (
    select article_id, array_agg(distinct watch order by watch) as watches
    from alerts
    where created_at >= (select min(first_fetched_at) from latest) and article_id in (select id from latest) and kind <> 'health'
    group by article_id
)
select latest.*, coalesce(hits.watches, '{}') as watches
from latest left join hits on hits.article_id = latest.id
order by place
