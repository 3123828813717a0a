"""Targets: where a model serves; the protocol, and a folder for each target that answers it."""
