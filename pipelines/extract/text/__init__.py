"""Which of a page's lines are its article."""
