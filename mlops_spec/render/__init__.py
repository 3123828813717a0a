"""Rendering: from outputs to the text of each file, and to the disk."""
