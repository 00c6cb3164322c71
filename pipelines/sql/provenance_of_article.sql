-- Where each revision of an article comes from, newest first.
select r.revision, r.run, r.fetched_at, f.url, f.final_url, f.status, f.bytes, f.warc_file, f.warc_offset, f.warc_length,
    r.page_digest as page_sha256, r.text_digest as normal_form_sha256, r.extractor, r.text
from revisions r
join fetches f on f.id = r.fetch_id
where r.article_id = %(id)s
order by r.revision desc
