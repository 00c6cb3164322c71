-- Sitemaps that an index named without a date may have changed: they are looked at like the index.
update urls set next_at = now()
where source = %(source)s and kind = 'sitemap' and state in ('stored', 'unchanged', 'failed', 'blocked')
    and via = any(%(via)s) and entry ->> 'modified_at' is null
