-- Judge the lines that store nothing: rejections, copies, and looks older than what is stored.
update lines
set verdict = case when reason <> '' then 'rejected' when copy_of is not null then 'duplicate' else 'unchanged' end,
    why = case when reason <> '' then reason when copy_of is not null then 'second URL' else 'not newer than what is stored' end
where verdict is null
