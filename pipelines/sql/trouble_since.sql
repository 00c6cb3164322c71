-- Since when a source is in trouble of a kind, if it is.
select since from health where source = %(source)s and kind = %(kind)s and recovered_at is null order by since desc limit 1
