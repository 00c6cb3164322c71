-- A source that was silent is not any more.
update health set recovered_at = %(now)s
where source = %(source)s and kind = 'silent' and recovered_at is null and since is distinct from %(since)s
