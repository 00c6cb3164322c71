-- The article of which the address somebody asked for by hand is an alias: due now, whatever was decided before.
update urls
set next_at = now(), attempts = 0, digest = '', etag = '', last_modified = '', due_for = 'asked', due_by = null
where id = (select alias_of from urls where source = %(source)s and url_key = %(key)s and alias_of is not null)
