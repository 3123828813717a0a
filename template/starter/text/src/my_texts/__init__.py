"""The code of the model."""
