"""The linter: files in, findings out; with fixes, suppressions, a cache, reporters and an editor's server."""
