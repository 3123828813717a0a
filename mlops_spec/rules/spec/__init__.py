"""The rules over specs that are whole, one module for each."""
