-- What of a source waits for a later stage: pages that load has not decided on, and changes that nobody was told of.
select (select count(*)::int from urls where source = %(source)s and kind = 'article' and state = 'fetched') as pages,
    (select count(*)::int from changes where source = %(source)s and matched_at is null) as changes
