"""The review of a change: the report of its gates and measures, and the pull request's one comment."""
