-- Give lines in which only counters moved the text that is stored.
update lines l
set text = a.text, text_digest = a.text_digest, words = a.words
from articles a
where a.id = l.article_id and l.n = any(%(numbers)s)
