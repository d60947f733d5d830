"""Published frames -> files. This wing draws; it never computes."""
