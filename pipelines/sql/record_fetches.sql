-- One row per attempt to fetch, a record of the raw store that is known already is left alone.
insert into fetches (
    run, source, url_id, url, final_url, fetched_at, status, outcome, code, reason, digest, bytes, ms, warc_file, warc_offset, warc_length)
values %s
on conflict (warc_file, warc_offset) do nothing
returning id, url_id, warc_file, warc_offset
