-- When what a host's robots.txt says was first seen to be what it is: what another one kept out may be had since.
alter table hosts add column robots_changed_at timestamptz;
-- Why a stage gave nothing, in one word that programs read; its message is for people.
alter table runs add column code text not null default '';
