"""Travel times -> findings. Pure; what is about people leaves through disclosure.py only."""
