-- URLs that turned out to be another address of an article: not fetched by themselves any more.
update urls
set state = 'duplicate', code = 'alias', reason = alias.reason, alias_of = alias.main, looks = urls.looks + 1, decided_run = alias.run, decided_at = now(), next_at = null,
    leased_until = null, leased_run = null, due_for = '', due_by = null
from (values %s) as alias (id, main, reason, run)
where urls.id = alias.id and alias.id <> alias.main
