"""The repository around a spec: what Git has of it, and what stands in its code, its locks and its settings."""
