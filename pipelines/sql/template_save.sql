-- A new version of what was learned of a source.
insert into templates (source, version, run, extractor, pages, known, newest_fetch, template)
select %(source)s, coalesce(max(version), 0) + 1, %(run)s, %(extractor)s, %(pages)s, %(known)s, %(newest_fetch)s, %(template)s
from templates
where source = %(source)s
returning *
