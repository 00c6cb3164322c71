-- New columns for three things: one alert for each story and watch; the time and language of messages; and who has seen an alert.
-- oldest code: 0010
-- outside a transaction

-- lead_id: an earlier alert on another outlet's article of the same story. That earlier alert shows the outlet of this one as "also in".
alter table alerts add column if not exists lead_id bigint references alerts on delete set null;
alter table alerts add column if not exists acked_at timestamptz;
alter table alerts add column if not exists acked_by text not null default '';
alter table alerts drop constraint if exists alerts_quiet_check, add constraint alerts_quiet_check check (quiet in (
        '', 'first run', 're-extraction', 'replay', 'old', 'many at once', 'muted',
        'imported', 'backfill', 'also in')) not valid;
alter table changes drop constraint if exists changes_quiet_check, add constraint changes_quiet_check check (quiet in (
        '', 'first run', 're-extraction', 'replay', 'old', 'many at once', 'muted',
        'imported', 'backfill', 'also in')) not valid;
drop index concurrently if exists alerts_lead;
create index concurrently alerts_lead on alerts (lead_id) where lead_id is not null;
drop index concurrently if exists alerts_watch;
create index concurrently alerts_watch on alerts (watch, created_at, id);

-- digest: when messages go out, such as "nightly 07:00". If it is empty, they go out at once. quiet: times and days in which nothing goes
-- out. timezone: the zone of digest and quiet. messages_in: the language of messages. If timezone or messages_in is empty, the settings
-- decide.
alter table watches add column if not exists digest text not null default '';
alter table watches add column if not exists quiet text[] not null default '{}';
alter table watches add column if not exists timezone text not null default '';
alter table watches add column if not exists messages_in text not null default '';

-- due_at: the message does not go out before this time. language, timezone: stored here, because the message must be the same on every try.
alter table deliveries add column if not exists due_at timestamptz;
alter table deliveries add column if not exists language text not null default '';
alter table deliveries add column if not exists timezone text not null default '';
drop index concurrently if exists deliveries_open;
create index concurrently deliveries_open on deliveries (channel) where kind = 'digest' and state = 'waiting' and begun_at is null;
