-- How many URLs of sources are due, by host.
select source, host, count(*) as count from urls
where source = any(%(sources)s) and (next_at <= now() or (state = 'discovered' and next_at is not null))
group by source, host
