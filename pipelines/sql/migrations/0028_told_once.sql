-- One alert for each story and watch, when messages go out and in which language, and who has seen an alert.
-- oldest code: 0010
-- outside a transaction

-- lead_id: the alert that told the story before, of another outlet's article; this one is shown with it as "also in".
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

-- digest: '' at once, else hourly, nightly 07:00, weekly mon 07:00. quiet: spans and days in which nothing goes out. timezone: whose
-- clock both are read by. messages_in: the language of messages. Empty: as the settings say.
alter table watches add column if not exists digest text not null default '';
alter table watches add column if not exists quiet text[] not null default '{}';
alter table watches add column if not exists timezone text not null default '';
alter table watches add column if not exists messages_in text not null default '';

-- due_at: not before this moment. language, timezone: what it is written in, for a message says the same on every attempt.
alter table deliveries add column if not exists due_at timestamptz;
alter table deliveries add column if not exists language text not null default '';
alter table deliveries add column if not exists timezone text not null default '';
drop index concurrently if exists deliveries_open;
create index concurrently deliveries_open on deliveries (channel) where kind = 'digest' and state = 'waiting' and begun_at is null;
