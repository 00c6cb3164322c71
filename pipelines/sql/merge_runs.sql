-- A stage that both sources went through in one run is one row with the counts of both.
with shared as (
    select n.run, n.stage,
        coalesce((
            select jsonb_object_agg(key, total)
            from (
                select key, sum(value::numeric) as total
                from (select * from jsonb_each_text(n.counts) union all select * from jsonb_each_text(o.counts)) counts
                group by key
            ) summed
        ), '{}') as counts
    from runs n join runs o on o.run = n.run and o.stage = n.stage and o.source = %(old)s
    where n.source = %(new)s
), gone as (
    delete from runs o using shared where o.source = %(old)s and o.run = shared.run and o.stage = shared.stage
)
update runs n set counts = shared.counts from shared where n.source = %(new)s and n.run = shared.run and n.stage = shared.stage
