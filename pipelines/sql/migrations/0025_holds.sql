-- Holds: retention leaves the held articles and their pages alone until somebody releases them.
-- oldest code: 0010
create table holds (
    id bigint generated always as identity primary key,
    -- The number of an article, or the query that found the articles.
    asked text not null,
    why text not null default '',
    held_at timestamptz not null default now()
);
create table held_articles (
    hold_id bigint not null references holds on delete cascade,
    article_id bigint not null references articles on delete cascade,
    primary key (hold_id, article_id)
);
create index held_articles_article on held_articles (article_id);
