-- A stage ended for a source of a run.
insert into runs (run, source, stage, state, counts, message, ended_at)
values (%(run)s, %(source)s, %(stage)s, %(state)s, %(counts)s, %(message)s, now())
on conflict (run, source, stage) do update
set state = excluded.state, counts = excluded.counts, message = excluded.message, ended_at = now()
