"""The pipeline: its stages, and what each of them reads and leaves behind."""
