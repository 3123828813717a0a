"""The scenarios: a module for each, with its steps in order."""
