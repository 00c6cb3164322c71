-- How many URLs of sources are due, by host.
select source, host, count(*) as count from urls
where source = any(%(sources)s) and next_at <= now()
group by source, host
