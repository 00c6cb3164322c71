-- The address of an article that goes is an alias of the one that stays, and so are its own aliases.
with moved as (
    select l.url_id as old, w.url_id as new
    from same s join articles l on l.id = s.loser join articles w on w.id = s.winner
), aliases as (
    update urls u set alias_of = m.new from moved m where u.alias_of = m.old
)
update urls u
set state = 'duplicate', code = 'alias', reason = 'alias: second URL', alias_of = m.new, next_at = null, due_for = '', due_by = null,
    decided_at = coalesce(u.decided_at, now())
from moved m
where u.id = m.old
