"""The demo newsroom: synthetic news sites for `make run`, tests and benches."""
