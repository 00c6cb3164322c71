-- The article of an address: as found, as it called itself, or an alias of it.
select a.id
from articles a
where a.url = %(url)s or a.canonical_url = %(url)s
    or a.url_id in (select coalesce(u.alias_of, u.id) from urls u where u.url = %(url)s)
limit 1
