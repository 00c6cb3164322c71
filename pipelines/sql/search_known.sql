-- How many articles the statistics know to be in the index.
select greatest(reltuples, 1) as articles from pg_class where oid = 'article_words'::regclass
