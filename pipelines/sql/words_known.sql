-- Keep words that were in no article so far; in one order, so that two loads never wait for each other.
insert into known_words (word)
select given.word from unnest(%(words)s::text[]) as given (word)
where not exists (select from known_words k where k.word = given.word)
order by given.word
on conflict do nothing
