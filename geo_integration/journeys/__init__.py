"""Frames -> travel times. Pure: no files, no globals, arguments are never changed."""
