-- What every stage did for every source of a run.
select run, source, stage, state, counts, message, code, started_at, ended_at
from runs
where run = %(run)s
order by source, array_position(array['crawl', 'extract', 'load', 'alert'], stage)
