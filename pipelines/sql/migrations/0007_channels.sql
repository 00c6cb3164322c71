-- Channels that are paused or rest after failures, who has a message in hand, and what of it was taken.

-- A channel has a row once something happened to it. failures: in a row; rests_until: nothing is tried before;
-- failing_since: the first failure of that row.
create table channels (
    name text primary key,
    paused_at timestamptz,
    failures integer not null default 0,
    failing_since timestamptz,
    rests_until timestamptz,
    error text not null default ''
);

-- claimed_by: the sender that has it in hand, good for as long as that sender holds its advisory lock.
-- taken: marks of the recipients or parts that have it already, where only some do.
alter table deliveries add column claimed_by integer;
alter table deliveries add column taken text[] not null default '{}';
create index deliveries_of_channel on deliveries (channel, next_at, id) where state = 'waiting';
