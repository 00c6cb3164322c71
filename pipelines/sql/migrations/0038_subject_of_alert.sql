-- The column `alerts.story` was no story's number: it is the number of what the alert is about, as `subject_id` says. Of an article it
-- stays when the article is erased (article_id is null from then on); of kind 'health' it is the row of `health`. A new name alone
-- changes no row; code that writes the old name is refused by the schema check.
-- oldest code: 0038
alter table alerts rename column story to subject_id;
