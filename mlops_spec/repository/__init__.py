"""The repository around a spec: the files in Git, and the contents of its code, locks and settings."""
