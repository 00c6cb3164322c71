-- An index for queries such as `is:correction`. It finds the articles that have a change of a given kind.
-- oldest code: 0010
-- outside a transaction
drop index concurrently if exists changes_kind;
create index concurrently changes_kind on changes (revision_kind, article_id) where revision_kind <> '';
