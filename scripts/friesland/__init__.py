"""Build the sample county Friesland from its sources, one module per layer."""
