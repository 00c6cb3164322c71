-- The words of new articles wait in a list of up to 32 MB beside the search index, which upkeep merges; a search reads the list too.
-- oldest code: 0017
alter index article_words_exact set (gin_pending_list_limit = 32768);
