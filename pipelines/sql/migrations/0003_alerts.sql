-- Watches, their alerts, and the outbox of deliveries.
create table watches (
    name text primary key,
    terms jsonb not null,
    unless jsonb not null default '[]',
    sources text[] not null default '{}',
    languages text[] not null default '{}',
    kinds text[] not null default '{new,revised,removed}',
    channels text[] not null default '{}',
    cap integer,
    created_at timestamptz not null default now()
);

create table alerts (
    id bigint generated always as identity primary key,
    watch text not null,
    kind text not null check (kind in ('new', 'revised', 'removed', 'health')),
    story bigint not null,
    article_id bigint references articles on delete set null,
    revision integer not null default 0,
    change_id bigint references changes on delete set null,
    run text not null default '',
    source text not null default '',
    matches jsonb not null default '[]',
    quiet text not null default '',
    message text not null default '',
    created_at timestamptz not null default now(),
    unique (watch, story, kind, revision)
);
create index alerts_created on alerts (created_at);
create index alerts_run on alerts (run);
create index alerts_article on alerts (article_id);

-- begun_at: when a sender first tried to send the message. From then on its text must not change, because a recipient may already have the
-- message, under the same key.
create table deliveries (
    id bigint generated always as identity primary key,
    key text not null unique,
    channel text not null,
    watch text not null default '',
    kind text not null check (kind in ('single', 'digest', 'message')),
    run text not null default '',
    state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
    attempts integer not null default 0,
    next_at timestamptz not null default now(),
    begun_at timestamptz,
    error text not null default '',
    subject text not null default '',
    body text not null default '',
    created_at timestamptz not null default now(),
    sent_at timestamptz
);
create index deliveries_waiting on deliveries (next_at) where state = 'waiting';
create index deliveries_hour on deliveries (watch, channel, created_at);
create index deliveries_run on deliveries (run);

create table delivered_alerts (
    delivery_id bigint not null references deliveries on delete cascade,
    alert_id bigint not null references alerts on delete cascade,
    primary key (delivery_id, alert_id)
);
create index delivered_alerts_alert on delivered_alerts (alert_id);

-- A row for each time a source went silent or got into another trouble (`kind`). since: when the trouble began; for a silence, the source's
-- last sign of life.
create table health (
    id bigint generated always as identity primary key,
    source text not null,
    kind text not null,
    since timestamptz not null,
    told_at timestamptz,
    recovered_at timestamptz,
    unique (source, kind, since)
);
