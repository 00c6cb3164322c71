-- Everything that was written down of a source is another's.
with u as (update urls set source = %(new)s where source = %(old)s),
    f as (update fetches set source = %(new)s where source = %(old)s),
    o as (update outcomes set source = %(new)s where source = %(old)s),
    r as (update runs set source = %(new)s where source = %(old)s),
    a as (update articles set source = %(new)s where source = %(old)s),
    c as (update changes set source = %(new)s where source = %(old)s),
    l as (update alerts set source = %(new)s where source = %(old)s),
    h as (update health set source = %(new)s where source = %(old)s),
    w as (update article_words set source = %(new)s where source = %(old)s),
    t as (update templates set source = %(new)s where source = %(old)s)
update watches
set sources = (
    select array_agg(distinct case when name = %(old)s then %(new)s else name end) from unnest(sources) as name
)
where %(old)s = any(sources)
