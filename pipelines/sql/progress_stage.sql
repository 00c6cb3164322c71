-- How far a running stage is.
update runs set counts = %(counts)s
where run = %(run)s and source = %(source)s and stage = %(stage)s
