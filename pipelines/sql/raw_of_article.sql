-- Where the page stands in the raw store that an article was made of.
select f.warc_file, f.warc_offset, f.warc_length
from articles a
join fetches f on f.id = a.fetch_id
where a.id = %(id)s and f.warc_file is not null
