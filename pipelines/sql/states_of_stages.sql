-- How each stage of a source's run ended so far.
select stage, state from runs where run = %(run)s and source = %(source)s
