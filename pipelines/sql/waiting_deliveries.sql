-- How many messages are not sent yet, and what the last attempts said.
select channel, error, count(*)::int as waiting from deliveries where state = 'waiting' group by channel, error order by channel, error
