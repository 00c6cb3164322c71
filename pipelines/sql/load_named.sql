-- Tell each line the article it now belongs to.
update lines l set article_id = a.id
from articles a
where a.url_id = l.url_id and l.article_id is null
