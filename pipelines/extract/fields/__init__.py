"""What an article is besides its text: title, authors, dates, and the rest of its metadata."""
