-- Keep a watch, in place of the one of that name.
insert into watches (name, terms, unless, sources, languages, kinds, channels, cap)
values (%(watch)s, %(terms)s, %(unless)s, %(sources)s, %(languages)s, %(kinds)s, %(channels)s, %(cap)s)
on conflict (name) do update
set terms = excluded.terms, unless = excluded.unless, sources = excluded.sources, languages = excluded.languages,
    kinds = excluded.kinds, channels = excluded.channels, cap = excluded.cap
