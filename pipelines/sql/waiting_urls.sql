-- How many URLs of a source are due and were not fetched.
select count(*) as count from urls where source = %(source)s and next_at <= now()
