-- The runs of a source that were held during a trouble are now found by the time when they were held, and not by the time of their first
-- page: a crawl that is begun again keeps pages that it fetched before the trouble.
-- oldest code: 0017
create or replace function held_between(of_source text, begun timestamptz, ended timestamptz) returns jsonb
language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object('run', run, 'state', state, 'decided_by', decided_by) order by run), '[]')
    from quarantine
    where source = of_source and held_at >= begun and held_at <= coalesce(ended, 'infinity')
$$;
