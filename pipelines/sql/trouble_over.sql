-- A source that was in trouble of a kind is not any more.
update health set recovered_at = %(now)s
where source = %(source)s and kind = %(kind)s and recovered_at is null and since is distinct from %(since)s
