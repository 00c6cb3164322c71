-- One change for every article that is new or revised, with the reason why it alerts nobody, if there is one.
-- What stayed undecided for a fault of ours is news when it is read at last. How old an article is counts from when a list first
-- named it: it may have answered later. A date without a time may be as late as the end of its day, month or year.
insert into changes (article_id, revision, kind, run, source, quiet)
select l.article_id, l.revision, case when l.revision = 1 then 'new' else 'revised' end, %(run)s, %(source)s,
    case
        when %(first_run)s then 'first run'
        when l.judged or l.same_page then 're-extraction'
        when %(run)s < %(newest_run)s and l.fetched_at < %(newest_look)s::timestamptz - %(replay_after)s
            and u.code <> 'undecided' then 'replay'
        when l.revision = 1 and l.published_at < least(l.fetched_at, u.discovered_at) - %(old_after)s - case l.published_precision
            when 'day' then interval '1 day' when 'month' then interval '1 month' when 'year' then interval '1 year'
            else interval '0' end then 'old'
        else ''
    end
from lines l join urls u on u.id = l.url_id
where l.fresh and l.changed
order by l.fetched_at, l.n
on conflict (article_id, revision, kind) do nothing
