"""The power of gates: how likely a model as good as the last one passes, and which bounds the rows bear."""
