-- Make this session a reader whose statements end after so many milliseconds.
select set_config('statement_timeout', %(ms)s::text, false), set_config('default_transaction_read_only', 'on', false)
