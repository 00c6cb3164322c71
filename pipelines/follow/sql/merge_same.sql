-- Find articles that both sources have. Such articles have the same address, or the same title and text, or the same variant key and also
-- the same title or the same text.
create temporary table same on commit drop as
select loser, min(winner) as winner
from (
    select o.id as loser, n.id as winner
    from articles o
    join urls ou on ou.id = o.url_id
    join urls nu on nu.source = %(new)s and nu.url_key = ou.url_key
    join articles n on n.url_id = nu.id
    where o.source = %(old)s
    union
    select o.id, n.id
    from articles o
    join articles n on n.source = %(new)s and n.title_digest = o.title_digest and n.text_digest = o.text_digest
    where o.source = %(old)s and o.text_digest <> ''
        and not exists (
            select from urls nu join articles na on na.url_id = nu.id join urls ou on ou.id = o.url_id
            where nu.source = %(new)s and nu.url_key = ou.url_key
        )
    union
    select o.id, n.id
    from articles o
    join urls ou on ou.id = o.url_id
    join urls nu on nu.source = %(new)s and nu.variant_key = ou.variant_key
    join articles n on n.url_id = nu.id and (n.title_digest = o.title_digest or n.text_digest = o.text_digest)
    where o.source = %(old)s
        and not exists (
            select from urls x join articles xa on xa.url_id = x.id where x.source = %(new)s and x.url_key = ou.url_key
        )
) pairs
group by loser
