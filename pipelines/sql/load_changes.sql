-- One change for every article that is new or revised, with the reason why it alerts nobody, if there is one.
-- A date without a time may be as late as the end of its day, month or year.
insert into changes (article_id, revision, kind, run, source, quiet)
select l.article_id, l.revision, case when l.revision = 1 then 'new' else 'revised' end, %(run)s, %(source)s,
    case
        when %(first_run)s then 'first run'
        when l.judged or l.same_page then 're-extraction'
        when %(run)s < %(newest_run)s and l.fetched_at < %(newest_look)s::timestamptz - interval '6 hours' then 'replay'
        when l.revision = 1 and l.published_at < l.fetched_at - interval '24 hours' - case l.published_precision
            when 'day' then interval '1 day' when 'month' then interval '1 month' when 'year' then interval '1 year'
            else interval '0' end then 'old'
        else ''
    end
from lines l
where l.fresh and l.changed
order by l.fetched_at, l.n
on conflict (article_id, revision, kind) do nothing
