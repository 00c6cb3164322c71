-- Take articles out of the search index, before their new words go in.
delete from article_words where article_id = any(%(ids)s)
