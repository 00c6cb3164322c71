-- Whether a backfill has been through all rows.
select passed_at from backfills where name = %(of)s
