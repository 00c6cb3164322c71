-- What the ledger has of a URL that was just looked at.
select via, entry, alias_of, fetched_at from urls where id = %(id)s
