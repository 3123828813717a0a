"""The plan as data, for machines."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlops_spec.plan import Plan


def as_data(plan: Plan) -> dict[str, Any]:
    """Plain values, with `v` as the version of this form."""
    stages = [{"name": each.name, "runs": each.runs, "causes": list(map(asdict, each.causes))} for each in plan.stages]
    return {"v": 1, "changes": plan.changes, **asdict(plan), "stages": stages}
