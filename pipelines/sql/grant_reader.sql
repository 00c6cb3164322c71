-- Let the role nightdesk_reader, where an administrator made one, read the views that stay, and nothing else.
do $$
begin
    if exists (select from pg_roles where rolname = 'nightdesk_reader') then
        grant usage on schema nightdesk to nightdesk_reader;
        grant select on all tables in schema nightdesk to nightdesk_reader;
    end if;
end
$$
