-- URLs that wait for their first look and that the rules of the source's file keep out by now.
update urls
set state = 'excluded', code = ruled.code, reason = ruled.reason, decided_at = now(), next_at = null, due_for = '', due_by = null
from (values %s) as ruled (id, code, reason)
where urls.id = ruled.id
