-- The owner of a watch: the name of a login to Airflow. What a person may do with a watch at the Desk depends on its owner.
-- oldest code: 0010
-- If the owner is empty, the watch belongs to nobody in particular. All watches that are older than this migration have an empty owner.
alter table watches add column if not exists owner text not null default '';
