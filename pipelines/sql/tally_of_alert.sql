-- What matching did in a run, however often it was run.
select
    (select count(*)::int from changes where matched_run = %(run)s) as changes,
    (select count(*)::int from alerts where run = %(run)s and quiet = '' and kind <> 'health') as alerts,
    (select count(*)::int from alerts where run = %(run)s and quiet <> '') as quiet,
    (select count(*)::int from deliveries where run = %(run)s and kind <> 'message') as deliveries
