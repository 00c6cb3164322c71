-- The newest version of what was learned of a source.
select * from templates where source = %(source)s order by version desc limit 1
