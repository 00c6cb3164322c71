-- When we first saw the present robots.txt of a host. It may allow URLs that an earlier robots.txt kept out.
alter table hosts add column robots_changed_at timestamptz;
-- A code, for programs, that says why a stage brought nothing. `message` says it for people.
alter table runs add column code text not null default '';
