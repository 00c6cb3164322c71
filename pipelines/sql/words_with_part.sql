-- The words that hold a part, no more than asked for.
select word from known_words where position(%(part)s in word) > 0 limit %(most)s
