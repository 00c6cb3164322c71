-- These changes are matched.
update changes set matched_at = now(), matched_run = %(run)s where id = any(%(ids)s)
