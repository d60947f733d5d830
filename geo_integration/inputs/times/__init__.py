"""Times as people and programs write them."""
