-- Indexes for the few articles that searches with `is:removed` and `is:revised` find. Without these indexes all articles were read.
-- oldest code: 0017
-- outside a transaction
drop index concurrently if exists articles_gone;
create index concurrently articles_gone on articles (id) where gone_at is not null;
drop index concurrently if exists articles_revised;
create index concurrently articles_revised on articles (id) where revision > 1;
