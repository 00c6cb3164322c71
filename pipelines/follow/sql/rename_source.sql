-- Move to the new source the rows of the old one that rename_articles has not moved. A row of a run or an address is not moved if the new
-- source has a row of its own for it. The state of the old source is deleted.
with u as (update urls set source = %(new)s where source = %(old)s),
    r as (update runs set source = %(new)s where source = %(old)s),
    l as (update alerts set source = %(new)s where source = %(old)s),
    h as (update health set source = %(new)s where source = %(old)s),
    t as (update templates set source = %(new)s where source = %(old)s),
    s as (delete from source_states where source = %(old)s),
    k as (update quarantine set source = %(new)s where source = %(old)s and run not in (select run from quarantine where source = %(new)s)),
    v as (update past_runs set source = %(new)s where source = %(old)s and run not in (select run from past_runs where source = %(new)s)),
    e as (insert into erased (source, url_key, variant_key, erased_at, article_id, done_at)
        select %(new)s, url_key, variant_key, erased_at, article_id, done_at from erased where source = %(old)s on conflict do nothing),
    n as (update retirements set source = %(new)s where source = %(old)s and run not in (select run from retirements where source = %(new)s)),
    m as (insert into retired_urls (source, url_key, day, state, code, retired_at)
        select %(new)s, url_key, day, state, code, retired_at from retired_urls where source = %(old)s on conflict do nothing),
    g as (delete from retired_urls where source = %(old)s),
    d as (update actions set name = %(new)s where thing = 'source' and name = %(old)s),
    p as (delete from paused_sources where source = %(old)s returning paused_at),
    q as (insert into paused_sources (source, paused_at) select %(new)s, paused_at from p on conflict do nothing)
update watches
set sources = (
    select array_agg(distinct case when name = %(old)s then %(new)s else name end) from unnest(sources) as name
)
where %(old)s = any(sources)
