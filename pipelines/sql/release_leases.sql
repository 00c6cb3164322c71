-- Nobody works on these URLs any more: the crawl that leased them ended or was killed.
update urls set leased_until = null, leased_run = null
where source = %(source)s and next_at is not null and leased_until is not null
