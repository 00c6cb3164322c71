-- The URL rows that go: where each is now.
delete from urls using pairs where urls.id = pairs.gone returning pairs.gone, pairs.kept
