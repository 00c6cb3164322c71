-- Lists that are no longer in the source's file, and what only they named of lists, are not asked for again.
update urls
set next_at = null, missed_at = now(), state = case when state = 'discovered' then 'excluded' else state end,
    code = case when state = 'discovered' then 'list left' else code end,
    reason = case when state = 'discovered' then 'its list is no longer in the source file' else reason end
where id in (
    with recursive gone as (
        select id, url from urls
        where source = %(source)s and kind <> 'article' and via = '' and url_key <> all(%(keys)s) and missed_at is null
        union
        select further.id, further.url from urls further join gone on further.via = gone.url
        where further.source = %(source)s and further.kind <> 'article'
    )
    select id from gone
)
