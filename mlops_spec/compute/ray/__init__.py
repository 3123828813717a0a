"""A Ray cluster as the place where commands run: each is a job that the cluster's job server takes over HTTP."""
