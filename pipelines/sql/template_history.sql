-- Every kept version of what was learned of a source, newest first.
select * from templates where source = %(source)s order by version desc
