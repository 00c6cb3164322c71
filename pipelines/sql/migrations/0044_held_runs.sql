-- drifts: why a run is held, as codes with figures, so that a page can say it in any language. Runs that were held earlier have only the
-- sentence in `reason`. held_between: what became of the runs that were held during a trouble; the alert that told of the trouble shows it.
-- oldest code: 0017
alter table quarantine add column drifts jsonb not null default '[]';
-- The runs of a source that were held during a trouble, oldest first. ended: null if the trouble still lasts.
create function held_between(of_source text, begun timestamptz, ended timestamptz) returns jsonb
language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object('run', run, 'state', state, 'decided_by', decided_by) order by run), '[]')
    from quarantine
    where source = of_source and since >= begun and since <= coalesce(ended, 'infinity')
$$;
