"""The git binary: typed calls, without a shell, prompts, hooks, or local settings that change what a call means."""

from mlops_spec.git.access import Access
from mlops_spec.git.batch import AUTHOR, EMPTY_TREE, Batch
from mlops_spec.git.local import Entry, Tree
from mlops_spec.git.repository import Git
from mlops_spec.git.values import GitError, Stale, Tag, Update

__all__ = ["AUTHOR", "EMPTY_TREE", "Access", "Batch", "Entry", "Git", "GitError", "Stale", "Tag", "Tree", "Update"]
