"""The plans of many models as data, for machines."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mlops_spec.plan.data import as_data as plan_data

if TYPE_CHECKING:
    from mlops_spec.plan.many import Affected, Plans


def as_data(plans: Plans) -> dict[str, Any]:
    """Plain values, with `v` as the version of this form; each model's `plan` is what its own plan would be."""
    return {
        "v": 1,
        "changes": plans.changes,
        "trains": plans.trains,
        "count": plans.count,
        "base": plans.base,
        "models": list(map(_model, plans.affected)),
        "removed": [
            {"model": each.model, "folder": str(each.folder) if each.folder else None, "live": dict(each.live)}
            for each in plans.removed
        ],
        "broken": [
            {"folder": str(folder), "message": failure.message, "remedy": failure.remedy}
            for folder, failure in plans.broken
        ],
    }


def _model(each: Affected) -> dict[str, Any]:
    return {
        "model": each.model,
        "folder": str(each.folder),
        "moved_from": str(each.moved_from) if each.moved_from else None,
        "trains": each.trains,
        "follows": sorted(each.follows),
        "causes": list(map(asdict, each.causes)),
        "plan": plan_data(each.plan),
    }
