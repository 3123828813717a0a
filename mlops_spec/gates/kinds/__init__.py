"""The gates, one module for each kind: evidence in, results out."""
