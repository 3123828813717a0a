"""Rehearses the user's own repository: its branch and its data, copied to a forge on this machine."""
