-- Write the state of each URL after its newest look, and plan its next look. An article is looked at again at fixed times after its first
-- look. A rejected page is looked at once more, unless a backfill or an import brought it. If a later look at a stored article is rejected,
-- the article stays. For articles of a backfill or an import, times that have passed are left out.
with decided as materialized (
    select l.url_id,
        case when l.verdict = 'rejected' and l.article_id is not null then 'unchanged' else l.verdict end as state,
        case when l.verdict = 'rejected' then l.why when l.verdict = 'duplicate' then 'alias' else '' end as code,
        case when l.verdict = 'rejected' and l.article_id is not null then 'last look rejected: ' || l.why else l.why end as reason,
        case when l.verdict = 'duplicate' then l.copy_of end as alias_of,
        l.looks,
        case
            when l.article_id is not null and l.verdict <> 'duplicate' then (
                select min(l.first_fetched_at + step)
                from unnest(%(looks_after)s) step
                where l.first_fetched_at + %(early_share)s * step > l.fetched_at
                    and (l.past = '' or l.first_fetched_at + step > now())
            )
            when l.verdict = 'rejected' and l.looks = 1 and l.past = '' then l.fetched_at + %(rejected_look_after)s
        end as next_at
    from lines l
    where l.latest
)
update urls u
set state = d.state, code = d.code, reason = d.reason, alias_of = d.alias_of, looks = d.looks, next_at = d.next_at,
    due_for = case when d.next_at is null then '' else 'planned' end, due_by = null,
    decided_at = now(), decided_run = %(run)s
from decided d
where u.id = d.url_id
    and (u.state, u.reason, u.alias_of, u.looks, u.next_at) is distinct from (d.state, d.reason, d.alias_of, d.looks, d.next_at)
