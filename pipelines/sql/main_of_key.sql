-- The row of an address, or the one it is an alias of.
select m.id, m.kind, m.state, m.url
from urls u join urls m on m.id = coalesce(u.alias_of, u.id)
where u.source = %(source)s and u.url_key = %(key)s
