"""The files that the engine reads, as outputs to render."""

from __future__ import annotations

from mlops_spec.engines.dvc.outputs import ignored, pipeline, settings

__all__ = ["ignored", "pipeline", "settings"]
