"""The rules over workflows, one module for each."""
