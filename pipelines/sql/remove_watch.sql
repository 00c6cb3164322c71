-- Forget a watch.
delete from watches where name = %(watch)s
