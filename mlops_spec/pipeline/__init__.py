"""The pipeline: its engine, its stages, and the gates over what it measured."""
