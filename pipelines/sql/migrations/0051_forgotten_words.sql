-- How often words were deleted from known_words because an article was erased. A process remembers words that are in that table, so it
-- needs to know when some of them are deleted. Older code never asks for this number, so it would not store a deleted word again with the
-- next article that has the word.
-- oldest code: 0051
create sequence words_forgotten;
