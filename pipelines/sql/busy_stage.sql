-- A stage did not begin because another process has the source, what is known of this run and source stays.
insert into runs (run, source, stage, state, message, ended_at)
values (%(run)s, %(source)s, %(stage)s, 'busy', %(message)s, now())
on conflict (run, source, stage) do nothing
