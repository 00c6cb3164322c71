-- Whose watch it is, by the name of that person's login to Airflow: what a person may do with it there depends on this.
-- oldest code: 0010
-- Empty: the desk's, nobody's in particular, as are all watches from before.
alter table watches add column if not exists owner text not null default '';
