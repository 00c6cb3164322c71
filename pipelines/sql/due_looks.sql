-- A planned look that is due soon is made by a crawl that begins now: the next one may be a night away.
update urls set next_at = now()
where source = %(source)s and kind = 'article' and due_for = 'planned' and next_at between now() and now() + %(look_ahead)s
    and fetched_at < now() - %(apart)s
