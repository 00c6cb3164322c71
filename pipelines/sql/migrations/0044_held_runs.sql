-- Of a held run: why it is held, as codes with figures, so that a page can say it in any language; runs held before have their sentence
-- alone. And what became of the runs of a trouble, for the alert that told of it.
-- oldest code: 0017
alter table quarantine add column drifts jsonb not null default '[]';
-- The runs of a source that were held while a trouble lasted (until now, if it is not over), oldest first.
create function held_between(of_source text, begun timestamptz, ended timestamptz) returns jsonb
language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object('run', run, 'state', state, 'decided_by', decided_by) order by run), '[]')
    from quarantine
    where source = of_source and since >= begun and since <= coalesce(ended, 'infinity')
$$;
