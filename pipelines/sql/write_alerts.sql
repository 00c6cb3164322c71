-- Alerts, each once for its watch, story, kind and revision, only those that are new come back.
insert into alerts (watch, kind, story, article_id, revision, change_id, run, source, matches, quiet) values %s
on conflict (watch, story, kind, revision) do nothing
returning id, watch, kind, story, revision, quiet
