"""The world -> frames: the only wing that touches input files."""
