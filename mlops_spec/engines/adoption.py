"""Adoption of a pipeline that somebody else wrote: a spec drawn from it, and what its repository still needs."""

from __future__ import annotations

from mlops_spec.engines.dvc.adopt.draft import draft
from mlops_spec.engines.dvc.adopt.graph import outs
from mlops_spec.engines.dvc.adopt.pipeline import Pipeline, pipeline
from mlops_spec.engines.dvc.adopt.steps import brought, data_steps, own_repositories, setup_steps

__all__ = ["Pipeline", "brought", "data_steps", "draft", "outs", "own_repositories", "pipeline", "setup_steps"]
