-- What is left of the articles that go.
delete from articles using same where articles.id = same.loser
