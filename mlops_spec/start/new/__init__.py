"""A new repository of one model: from a starter to its first commit."""
