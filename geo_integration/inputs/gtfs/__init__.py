"""One GTFS feed -> tables: each file of it, and each of its rules, in a room of its own."""
