-- A stage ended for a source of a run.
insert into runs (run, source, stage, state, counts, message, code, ended_at)
values (%(run)s, %(source)s, %(stage)s, %(state)s, %(counts)s, %(message)s, %(code)s, now())
on conflict (run, source, stage) do update
set state = excluded.state, counts = excluded.counts, message = excluded.message, code = excluded.code, ended_at = now()
