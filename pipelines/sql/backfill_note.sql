-- Note how far a backfill is.
update backfills
set below = %(below)s, found = %(found)s, passed_at = case when %(passed)s then now() else passed_at end
where name = %(of)s
