-- Say of URLs whose pages were fetched why nothing could be made of them so far.
update urls u
set code = 'undecided', reason = 'undecided: ' || look.why
from (values %s) as look (fetch_id, why) join fetches f on f.id = look.fetch_id
where u.id = f.url_id and u.state = 'fetched'
