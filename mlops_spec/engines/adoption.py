"""Adoption of a pipeline that somebody else wrote: a spec drawn from it, and what its repository still needs."""

from __future__ import annotations

from mlops_spec.engines.dvc.adopt.draft import draft
from mlops_spec.engines.dvc.adopt.steps import data_steps, setup_steps

__all__ = ["data_steps", "draft", "setup_steps"]
