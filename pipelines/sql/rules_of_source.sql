-- Articles that the source's own patterns kept out within its days, and those not fetched yet that they may keep out now.
select id, url, state from urls
where source = %(source)s and kind = 'article' and (
    (state = 'excluded' and code in ('allow', 'deny') and decided_at > now() - make_interval(days => %(days)s))
    or (state in ('discovered', 'failed', 'blocked') and fetched_at is null and next_at is not null and alias_of is null
        and due_for <> 'asked')
)
