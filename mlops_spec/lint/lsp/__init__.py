"""The linter in an editor: diagnostics as one types, quick fixes, and what belongs at a place of a spec."""
