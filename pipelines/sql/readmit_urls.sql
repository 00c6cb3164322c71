-- URLs that a list named again and that may be had after all: the rules let them in now, or what they were an alias of is lost.
update urls
set state = 'discovered', code = '', reason = '', decided_at = null, decided_run = null, alias_of = null, attempts = 0, next_at = now(),
    due_for = '', due_by = null,
    -- What we left out by a rule of our own is found now; what its site kept from us was found before.
    discovered_at = case when state = 'excluded' and code <> all(%(not_ours)s) then now() else discovered_at end
where id = any(%(ids)s) and state in ('excluded', 'duplicate')
