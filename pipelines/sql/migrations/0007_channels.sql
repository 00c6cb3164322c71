-- Channels that are paused or rest after failures; and for each message its present sender, and the recipients that have it already.

-- A channel gets a row when it first fails, rests or is paused. failures: how many tries in a row failed. failing_since: the first of these
-- failures. rests_until: before this time nothing is sent.
create table channels (
    name text primary key,
    paused_at timestamptz,
    failures integer not null default 0,
    failing_since timestamptz,
    rests_until timestamptz,
    error text not null default ''
);

-- claimed_by: the sender that sends the message now. The claim counts only while that sender holds its advisory lock. taken: a mark for
-- each recipient that has the message already, or for each part of it that is sent already, while others are missing.
alter table deliveries add column claimed_by integer;
alter table deliveries add column taken text[] not null default '{}';
create index deliveries_of_channel on deliveries (channel, next_at, id) where state = 'waiting';
