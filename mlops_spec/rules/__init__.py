"""Rules: each a module whose docstring is its page; over specs, over workflows, over the repository around a spec."""
