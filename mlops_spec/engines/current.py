"""Whether the pipeline that a checkout holds is the one that its spec would be rendered into."""

from __future__ import annotations

from mlops_spec.engines.dvc.current import refuse_stale

__all__ = ["refuse_stale"]
