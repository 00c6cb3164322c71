-- Let go of the versions of a source's template that are older than so many.
delete from templates
where source = %(source)s
    and version <= (select max(version) from templates where source = %(source)s) - %(keep)s
