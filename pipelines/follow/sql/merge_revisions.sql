-- If the article that is merged away had texts that the other article never had, keep these texts. They become revisions before the first
-- revision of the article that stays: 0, -1, … An older version of Nightdesk may have merged after migration 0050. It did not note the
-- first revision in the article, so the lowest number in revision_rows is asked for too.
with wanted as (
    select r.article_id, r.revision, s.winner, r.title, r.description, r.text,
        least(n.first_revision, (select min(w.revision) from revision_rows w where w.article_id = n.id))
            - row_number() over (partition by s.winner order by r.fetched_at desc, r.revision desc) as number
    from same s
    join articles n on n.id = s.winner
    join revisions r on r.article_id = s.loser
    where not exists (
        select from revisions w
        where w.article_id = s.winner and w.title_digest = r.title_digest and w.text_digest = r.text_digest
    )
), told as (
    update changes c
    set article_id = w.winner, revision = w.number
    from wanted w
    where c.article_id = w.article_id and c.revision = w.revision and c.kind = 'revised'
), numbered as (
    update articles a set first_revision = w.first
    from (select winner, min(number) as first from wanted group by winner) w
    where a.id = w.winner
)
update revision_rows r
set article_id = w.winner, revision = w.number, title = w.title, description = w.description, text = w.text
from wanted w
where r.article_id = w.article_id and r.revision = w.revision
