-- The words of new articles wait in the pending list of the search index, up to 32 MB. A search reads the list too, and upkeep merges it
-- into the index.
-- oldest code: 0017
alter index article_words_exact set (gin_pending_list_limit = 32768);
