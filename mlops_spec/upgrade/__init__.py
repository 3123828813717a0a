"""The upgrade of a repository to another mlops-spec: pinned, locked, migrated, rendered, compared."""
