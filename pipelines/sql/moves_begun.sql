-- The renames and merges that were begun and not finished and have to do with these sources.
select old, new, merged, urls from moves where old = any(%(sources)s) or new = any(%(sources)s)
