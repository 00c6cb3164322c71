"""Lists that name articles: feeds, sitemaps and sections. Bytes in, addresses out; no module here uses the network."""
