"""Drawing a spec from a pipeline of the engine's that somebody else wrote, and what such a repository still lacks."""

from __future__ import annotations

from mlops_spec.engines.dvc.adopt.draft import draft
from mlops_spec.engines.dvc.adopt.steps import data_steps, setup_steps

__all__ = ["data_steps", "draft", "setup_steps"]
