-- When hosts whose turn was just taken were last asked, and how long they still rest; from now on nobody can tell (infinity).
with before as (
    select host, case when asked_at < 'infinity' then extract(epoch from now() - asked_at) when asked_at is not null then 0 end as ago,
        extract(epoch from cooldown_until - now()) as rest
    from hosts where host = any(%(hosts)s)
), taken as (
    insert into hosts (host, asked_at)
    select host, 'infinity' from unnest(%(hosts)s::text[]) as host order by host
    on conflict (host) do update set asked_at = 'infinity'
    returning host
)
select taken.host, coalesce(before.ago, 'infinity')::float as ago, greatest(before.rest, 0)::float as rest
from taken left join before using (host)
