-- Pages that a list calls modified since they were fetched: the entry is kept with the address it named, its article is due now.
with claimed as (
    select * from (values %s) as claim (named, main, list, entry)
), said as (
    update urls set entry = claimed.entry::jsonb from claimed where urls.id = claimed.named and claimed.named <> claimed.main
)
update urls
set next_at = now(), due_for = 'modified', due_by = claimed.list::bigint,
    entry = case when claimed.named = claimed.main then claimed.entry::jsonb else urls.entry end
from claimed
where urls.id = claimed.main
