-- Up to which byte of a raw file the ledger has pages.
select coalesce(max(warc_offset + warc_length), 0) as known from fetches where warc_file = %(file)s
