-- Addresses of a source that answered from this one, as many as make a difference.
select distinct url
from fetches
where source = %(source)s and final_url = %(target)s and final_url <> '' and final_url <> url
limit %(count)s
