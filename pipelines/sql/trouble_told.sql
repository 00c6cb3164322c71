-- The operators were told of a source in trouble.
update health set told_at = %(now)s where id = %(id)s
