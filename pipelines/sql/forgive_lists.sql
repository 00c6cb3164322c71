-- Lists that were not believed get another chance once they were read in full again: half of what they did wrong is forgotten.
update urls
set lastmod_true = urls.lastmod_true / 2, lastmod_false = urls.lastmod_false / 2
from (values %s) as look (id, status)
where urls.id = look.id and urls.lastmod_false > 0 and urls.whole_at < now() - %(whole_after)s and look.status::int <> 304
