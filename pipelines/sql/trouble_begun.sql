-- Note that a source is in trouble of a kind since a moment: the row, untold if it is new or nobody could be told.
insert into health (source, kind, since) values (%(source)s, %(kind)s, %(since)s)
on conflict (source, kind, since) do update set recovered_at = null
returning id, told_at
