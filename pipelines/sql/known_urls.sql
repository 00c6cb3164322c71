-- What the ledger knows of these keys, and of the articles that have one of these variant keys, each with the row it is an alias of.
select u.id, u.url_key, u.url, u.kind, u.state, u.code, u.variant_key, u.fetched_at, u.looks, u.leased_until is not null as leased, u.discovered_run,
    u.entry ->> 'modified_at' as modified_at, u.alias_of, coalesce(m.id, u.id) as main_id, coalesce(m.state, u.state) as main_state,
    coalesce(m.fetched_at, u.fetched_at) as main_fetched_at, coalesce(m.next_at, u.next_at) as main_next_at,
    coalesce(m.next_at, u.next_at) <= now() as main_due,
    -- Refused or failed for good, for now: after a day, and after ever longer pauses, a list that names it brings it back.
    u.next_at is null and u.decided_run is distinct from %(run)s
        and (u.state in ('failed', 'blocked')
            or (u.state = 'gone' and u.fetched_at is null and u.code <> 'gone for good')
            or (u.state = 'excluded' and u.code = any(%(not_ours)s)))
        and u.decided_at < now() - %(revive_after)s
            * power(2, least(greatest(
                u.attempts - case u.state when 'excluded' then 1 when 'gone' then %(max_gone_looks)s else %(max_tries)s end, 0
            ), %(max_revive_doublings)s)) as rested
from urls u left join urls m on m.id = u.alias_of
where u.source = %(source)s
    and (u.url_key = any(%(keys)s) or (u.variant_key = any(%(variants)s) and u.kind = 'article'))
order by u.id
