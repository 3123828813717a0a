"""A repository brought to another mlops-spec: pinned, locked, migrated, rendered, and compared with before."""
