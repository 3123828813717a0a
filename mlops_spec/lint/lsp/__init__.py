"""The linter in an editor: diagnostics, quick fixes, hover and completion for a spec."""
