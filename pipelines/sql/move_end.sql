-- All of a source is moved.
delete from moves where old = %(old)s
