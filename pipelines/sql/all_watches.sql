-- Every watch.
select name, terms, unless, sources, languages, kinds, channels, cap, created_at from watches order by name
