"""A page in, an article or a rejection out. Only this package imports trafilatura, and only when it is used."""
