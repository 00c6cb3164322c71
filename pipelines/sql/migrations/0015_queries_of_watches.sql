-- Watches get a query, and may be paused or muted. There are named lists of synonyms. A history says who changed which watch or list of
-- synonyms, and when.
-- oldest code: 0010
alter table watches add column query text not null default '';
alter table watches add column paused_at timestamptz;
alter table watches add column muted_until timestamptz;

create table synonyms (
    name text primary key,
    spellings text[] not null
);

-- before, after: the row before and after the change, or null if there was none. who: the name that the session set, else the database role.
create table watch_changes (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    who text not null,
    of_table text not null,
    name text not null,
    before jsonb,
    after jsonb
);
create index watch_changes_name on watch_changes (of_table, name, id);

-- A trigger writes the history, so that changes by hand and by other programs are in it too.
create function keep_watch_change() returns trigger language plpgsql as $$
begin
    insert into watch_changes (who, of_table, name, before, after)
    values (
        coalesce(nullif(current_setting('nightdesk.who', true), ''), session_user), tg_table_name,
        case tg_op when 'DELETE' then old.name else new.name end,
        case when tg_op <> 'INSERT' then to_jsonb(old) end,
        case when tg_op <> 'DELETE' then to_jsonb(new) end
    );
    return null;
end $$;
create trigger watches_kept after insert or delete on watches for each row execute function keep_watch_change();
create trigger watches_changed after update on watches for each row when (old is distinct from new)
    execute function keep_watch_change();
create trigger synonyms_kept after insert or delete on synonyms for each row execute function keep_watch_change();
create trigger synonyms_changed after update on synonyms for each row when (old is distinct from new)
    execute function keep_watch_change();

alter table alerts drop constraint alerts_quiet_check;
alter table alerts add constraint alerts_quiet_check check (quiet in (
        '', 'first run', 're-extraction', 'replay', 'old', 'many at once', 'muted')) not valid;
alter table changes drop constraint changes_quiet_check;
alter table changes add constraint changes_quiet_check check (quiet in (
        '', 'first run', 're-extraction', 'replay', 'old', 'many at once', 'muted')) not valid;
