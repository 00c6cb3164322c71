-- The column `alerts.story` had a wrong name: it is not the number of a story, but of the subject of the alert. The subject is an article or,
-- for the kind 'health', a row of `health`. When an article is erased, its number stays here, and article_id becomes null. The new name
-- changes no row. The schema check refuses older code, which would write the old name.
-- oldest code: 0038
alter table alerts rename column story to subject_id;
