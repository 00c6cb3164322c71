-- Every source that something was written down of.
select distinct source from runs where source <> '' union select distinct source from urls
