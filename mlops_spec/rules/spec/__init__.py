"""The rules over specs, one module for each."""
