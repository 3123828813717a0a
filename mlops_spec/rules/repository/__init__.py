"""The rules over the repository around a spec, one module for each."""
