-- What the guard refused of a source a day ago and more, not because of where it was redirected to.
select id, url from urls
where source = %(source)s and state = 'excluded' and code = any(%(guarded)s)
    and decided_at < now() - %(revive_after)s * power(2, least(greatest(attempts - 1, 0), %(max_revive_doublings)s))
    and coalesce((entry ->> 'published_at')::timestamptz, (entry ->> 'modified_at')::timestamptz, discovered_at)
        > now() - make_interval(days => %(days)s)
