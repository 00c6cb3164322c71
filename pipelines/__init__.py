"""From a raw page to an alert: the stages, their stores and the command line."""
