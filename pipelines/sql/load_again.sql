-- Lines of a fetch that already is a revision: the same page read again, perhaps by another extractor.
update lines l
set verdict = 'stored', revision = r.revision,
    changed = (r.text_digest, r.title_digest) is distinct from (l.text_digest, l.title_digest)
from revisions r
where r.fetch_id = l.fetch_id and l.reason = ''
