-- How far a backfill is, where it is not over; held until the transaction ends, so that two at once take turns.
select below, found from backfills
where name = %(of)s and (passed_at is null or passed_at < begun_at + %(on_for)s)
for update
