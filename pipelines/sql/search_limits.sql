-- What one search may cost: the index is used, a bitmap of ten million articles stays in memory, and it ends.
select set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true), set_config('work_mem', '32MB', true),
    set_config('statement_timeout', %(patience)s, true)
