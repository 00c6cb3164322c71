-- The alert that a source is in trouble, once for each time that began.
insert into alerts (watch, kind, story, source, message) values ('', 'health', %(story)s, %(source)s, %(message)s)
on conflict (watch, story, kind, revision) do update set message = excluded.message
returning id
