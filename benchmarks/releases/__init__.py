"""Releases of the starter, played in one process: what its gates say of candidates whose truth is known."""
