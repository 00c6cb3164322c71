-- Articles in the ledger from before variant keys were kept.
select id, url from urls where source = %(source)s and kind = 'article' and variant_key is null order by id limit %(count)s
