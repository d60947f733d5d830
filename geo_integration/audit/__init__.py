"""Looks through finished outputs for what disclosure control withheld, or should have."""
