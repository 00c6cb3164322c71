-- How often words were deleted from known_words since an article was erased. A process remembers words that are in that table, so it needs to
-- know when some of them are deleted. Older code never asks for it, and would not store such a word again with the next article that has it.
-- oldest code: 0051
create sequence words_forgotten;
