-- How many tables the database has.
select count(*) as count from pg_tables where schemaname = 'public'
