-- How far the last pages agreed with a source's newest template; where it no longer fits, since which run: that stays.
update templates
set agreement = %(agreement)s,
    drifted_at = case when %(drifted_run)s = '' or drifted_run <> '' then drifted_at else now() end,
    drifted_run = case when drifted_run = '' then %(drifted_run)s else drifted_run end
where source = %(source)s and version = %(version)s
