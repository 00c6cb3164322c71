-- A source's rows are moved from now on, its files are next.
insert into moves (old, new, merged, urls) values (%(old)s, %(new)s, %(merged)s, %(urls)s)
