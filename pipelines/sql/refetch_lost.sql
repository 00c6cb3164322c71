-- Pages whose raw record has been lost for so long are asked for again, in full: whoever can bring a file back has by then.
update urls u
set next_at = now(), attempts = 0, etag = '', last_modified = '', digest = '', due_for = '', due_by = null
from fetches f
where f.id = any(%(fetches)s::bigint[]) and f.fetched_at < now() - %(lost_after)s
    and u.id = f.url_id and u.state = 'fetched' and u.next_at is null and u.leased_until is null
