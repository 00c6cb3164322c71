-- The variant keys of these URLs.
update urls set variant_key = marked.variant_key from (values %s) as marked (id, variant_key) where urls.id = marked.id
