-- What was loaded of a source before this transaction: whether another run was, the newest run, its newest first look.
select not exists (select from changes where source = %(source)s and run <> %(run)s) as first_run,
    coalesce((select max(run) from changes where source = %(source)s), '') as newest_run,
    (select max(first_fetched_at) from articles where source = %(source)s) as newest_look
