-- What robots.txt kept out of a source, and what it may let in since it has changed: due now.
update urls
set state = 'discovered', code = '', reason = '', decided_at = null, decided_run = null, next_at = now(), due_for = '', due_by = null
from hosts
where urls.source = %(source)s and urls.state = 'excluded' and urls.code = 'robots.txt'
    and split_part(hosts.host, ':', 1) = urls.host and hosts.robots_changed_at > urls.decided_at
    and coalesce((urls.entry ->> 'published_at')::timestamptz, (urls.entry ->> 'modified_at')::timestamptz, urls.discovered_at)
        > now() - make_interval(days => %(days)s)
