"""Versions of a data file beside any run: a new one is stored, or the one that Git names is brought."""

from __future__ import annotations

from mlops_spec.engines.dvc.data_version import bring, is_installed, new_version

__all__ = ["bring", "is_installed", "new_version"]
