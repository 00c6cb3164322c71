-- What was learned of a source was learned again and is still the same: what it was learned of, and by what.
update templates
set extractor = %(extractor)s, known = %(known)s, newest_fetch = %(newest_fetch)s
where source = %(source)s and version = %(version)s
returning *
