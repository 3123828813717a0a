"""The beginning of a repository: new from a starter, or adopted as it is."""
