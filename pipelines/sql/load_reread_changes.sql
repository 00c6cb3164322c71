-- A text that changed only because it was read again is a change that alerts nobody.
insert into changes (article_id, revision, kind, run, source, quiet)
select l.article_id, l.revision, 'revised', %(run)s, %(source)s, 're-extraction'
from lines l
where l.verdict = 'stored' and not l.fresh and l.changed
on conflict (article_id, revision, kind) do nothing
