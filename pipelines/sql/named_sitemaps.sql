-- Of the sitemaps that an index named before, those it names no more are left alone; those it names again are asked for.
update urls
set missed_at = case when url_key = any(%(keys)s) then null else now() end,
    next_at = case when url_key = any(%(keys)s) then now() end,
    via = case when url_key = any(%(keys)s) then %(via)s else via end
where source = %(source)s and kind = 'sitemap' and via <> ''
    and case when url_key = any(%(keys)s) then missed_at is not null
        else via = %(via)s and missed_at is null and state <> 'discovered' end
