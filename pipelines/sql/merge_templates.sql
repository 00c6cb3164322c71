-- What was learned of the old source is let go of where the new one has been learned itself.
delete from templates where source = %(old)s and exists (select from templates n where n.source = %(new)s)
