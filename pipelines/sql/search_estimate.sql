-- How many articles Postgres' statistics expect a query to name.
explain (format json) select from article_words where shape = 0 and words @@ %(of_exact)s::tsquery
