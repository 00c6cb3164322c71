-- The operators were told of a silent source.
update health set told_at = %(now)s where id = %(id)s
