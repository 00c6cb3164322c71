-- Sitemaps that an index named are looked at like the index: those it gives no date, the one with the newest date, for dates
-- may stand still, and each at least once a week.
update urls set next_at = now()
where source = %(source)s and kind = 'sitemap' and via <> '' and state in ('stored', 'unchanged', 'failed', 'blocked')
    and missed_at is null
    and (
        entry ->> 'modified_at' is null
        or fetched_at < now() - %(whole_after)s
        or (entry ->> 'modified_at')::timestamptz = (
            select max((other.entry ->> 'modified_at')::timestamptz) from urls other
            where other.source = urls.source and other.via = urls.via and other.kind = 'sitemap'
        )
    )
