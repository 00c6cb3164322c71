"""A page in, an article or a rejection out: the only package that imports trafilatura, and only when it is used."""
