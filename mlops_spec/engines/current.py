"""Checks that a checkout's pipeline is the one that its spec renders to."""

from __future__ import annotations

from mlops_spec.engines.dvc.current import refuse_stale

__all__ = ["refuse_stale"]
