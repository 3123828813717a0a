"""Data that the engine tracks, and the engine's set-up in a repository, without loading the engine."""

from __future__ import annotations

from mlops_spec.engines.dvc.tracking import initialise, remote_url, track

__all__ = ["initialise", "remote_url", "track"]
