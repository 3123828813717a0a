"""A repository that the engine is set up in, and data that it keeps, without the engine, which is heavy."""

from __future__ import annotations

from mlops_spec.engines.dvc.tracking import initialise, remote_url, track

__all__ = ["initialise", "remote_url", "track"]
