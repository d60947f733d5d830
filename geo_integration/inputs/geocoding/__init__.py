"""Where an address is."""
