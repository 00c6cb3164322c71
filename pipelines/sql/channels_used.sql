-- The names of all channels that a watch or a delivery still to be sent uses.
select lower(unnest(channels)) as channel from watches
union
select channel from deliveries where state = 'waiting'
