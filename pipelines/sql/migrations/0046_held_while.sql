-- The runs of a source that were held while a trouble lasted, told by when they were held: a crawl that is begun again keeps the pages that it
-- fetched before, which are then older than its trouble.
-- oldest code: 0017
create or replace function held_between(of_source text, begun timestamptz, ended timestamptz) returns jsonb
language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object('run', run, 'state', state, 'decided_by', decided_by) order by run), '[]')
    from quarantine
    where source = of_source and held_at >= begun and held_at <= coalesce(ended, 'infinity')
$$;
