-- Whether what lists called modified was: other bytes, or gone, or not.
update urls
set lastmod_true = urls.lastmod_true + counted.held, lastmod_false = urls.lastmod_false + counted.failed
from (
    select page.due_by as list, count(*) filter (where look.outcome <> 'unchanged') as held,
        count(*) filter (where look.outcome = 'unchanged') as failed
    from (values %s) as look (id, outcome) join urls page on page.id = look.id
    where page.due_for = 'modified' and look.outcome in ('fetched', 'unchanged', 'gone')
    group by page.due_by
) counted
where urls.id = counted.list
