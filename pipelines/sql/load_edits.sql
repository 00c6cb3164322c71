-- Lines of articles whose text is another than the stored one, with both texts: some are but the counters of the site.
select l.n, a.id as article, a.text as before, l.text as after
from lines l join articles a on a.id = l.article_id
where l.reason = '' and not l.judged and l.text_digest <> a.text_digest
