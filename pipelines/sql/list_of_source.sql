-- A feed, sitemap or section in the ledger, and how far its dates of change held true.
select id, kind, url, via, lastmod_true, lastmod_false from urls where source = %(source)s and url_key = %(key)s
