-- What a stage has counted so far.
select counts from runs where run = %(run)s and source = %(source)s and stage = %(stage)s
