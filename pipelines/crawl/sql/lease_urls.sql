-- Lease the next due URLs of a source, at most per_host of each host. Lists come before articles, new URLs before known ones, and newer
-- before older ones. No article is leased while a list of the source is due and not read yet: the URLs that the lists name tonight come
-- before URLs of other nights. sitemaps: how many more sitemaps of an index this run may ask for. past: lease only URLs of a backfill. If
-- the site last sent a page or list in full more than `whole_after` ago, it is asked for without its ETag and date. This also holds for a
-- page that once changed although its ETag or date stayed the same.
with open_lists as (
    select exists (
        select from urls
        where source = %(source)s and kind <> 'article' and (due_for = 'past') = %(past)s and %(only)s = '' and host <> all(%(skip)s)
            and (kind <> 'sitemap' or via = '' or %(sitemaps)s > 0)
            and (next_at <= now() or (state = 'discovered' and next_at is not null))
            and not exists (select from hosts where hosts.host = urls.host and hosts.cooldown_until > now())
    ) as any
), due as (
    select id, kind <> 'article' as list, state = 'discovered' as fresh,
        coalesce(entry ->> 'published_at', entry ->> 'modified_at') as published,
        row_number() over (
            partition by host
            order by kind <> 'article' desc, state = 'discovered' desc,
                coalesce(entry ->> 'published_at', entry ->> 'modified_at') desc nulls last,
                fetched_at nulls first, id
        ) as place,
        kind = 'sitemap' and via <> '' as named,
        row_number() over (
            partition by kind = 'sitemap' and via <> ''
            order by state = 'discovered' desc,
                coalesce(entry ->> 'published_at', entry ->> 'modified_at') desc nulls last,
                fetched_at nulls first, id
        ) as nth, fetched_at
    from urls
    -- A discovered URL is due as soon as next_at has any value; if next_at is null, it is not due.
    where source = %(source)s and (next_at <= now() or (state = 'discovered' and next_at is not null))
        and (due_for = 'past') = %(past)s
        and (leased_until is null or leased_until < now())
        and (kind <> 'article' or (%(articles)s and not (select open_lists.any from open_lists)))
        and (kind <> 'sitemap' or via = '' or %(sitemaps)s > 0)
        and host <> all(%(skip)s)
        and (
            %(only)s = '' or url_key = %(only)s
            or id in (select alias_of from urls asked where asked.source = %(source)s and asked.url_key = %(only)s)
        )
        and not exists (select from hosts where hosts.host = urls.host and hosts.cooldown_until > now())
), chosen as (
    select id, row_number() over (order by list desc, fresh desc, published desc nulls last, fetched_at nulls first, id) as turn
    from due where place <= %(per_host)s and (not named or nth <= %(sitemaps)s)
    order by turn
    limit %(count)s
)
update urls
set leased_until = now() + %(lease)s, leased_run = %(run)s
from chosen
where urls.id = chosen.id
returning urls.id, urls.url, urls.host, urls.kind, urls.via, urls.entry, urls.digest, chosen.turn,
    case when urls.validators_lie or urls.whole_at < now() - %(whole_after)s then '' else urls.etag end as etag,
    case when urls.validators_lie or urls.whole_at < now() - %(whole_after)s then '' else urls.last_modified end as last_modified
