"""Workflows of GitHub Actions as rules look at them: files, jobs, scripts, conditions, and what they do to a model."""
