"""A model's life on one machine: the rendered workflows, run by act, over a local forge."""
