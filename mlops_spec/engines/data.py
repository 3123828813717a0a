"""Versions of a data file, apart from any run: a new one is stored, or the one that Git names is fetched."""

from __future__ import annotations

from mlops_spec.engines.dvc.data_version import bring, is_installed, new_version

__all__ = ["bring", "is_installed", "new_version"]
