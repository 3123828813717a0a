"""The files that the engine reads, as outputs to render."""

from __future__ import annotations

from mlops_spec.engines.dvc.outputs import pipeline

__all__ = ["pipeline"]
