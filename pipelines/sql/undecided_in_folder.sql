-- How many URLs with a record in this folder of the raw store have not ended.
select count(distinct u.id) as count
from fetches f
join urls u on u.id = f.url_id
where starts_with(f.warc_file, %(folder)s) and u.state in ('discovered', 'fetched')
