-- Articles that a list had named and names no more, though its entries reach further back: looked at once, now; not those that
-- were looked at just before.
update urls
set next_at = now(), due_for = 'vanished', due_by = %(list)s, missed_at = now()
where id in (
    select id from urls
    where source = %(source)s and via = %(via)s and kind = 'article' and state in ('stored', 'unchanged')
        and alias_of is null and missed_at is null and (next_at is null or next_at > now())
        and coalesce(entry ->> 'published_at', entry ->> 'modified_at')::timestamptz > %(oldest)s
        and id <> all(%(named)s)
        and fetched_at < now() - %(apart)s
    order by coalesce(entry ->> 'published_at', entry ->> 'modified_at')::timestamptz desc, id
    limit %(most)s
)
