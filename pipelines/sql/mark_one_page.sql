-- This run is for one URL of the source only.
update runs set only_url = %(url)s where run = %(run)s and source = %(source)s and stage = %(stage)s
