"""The layers' sources -> files in the county's folder."""
