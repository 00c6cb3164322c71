-- Whether anything was ever written down of a source.
select exists (select from urls where source = %(source)s) or exists (select from runs where source = %(source)s) as there
