"""The verdicts of a workflow run's gates, read from its report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mlops_spec import model_folder
from mlops_spec.rehearse.scenario import Unexpected
from mlops_spec.rehearse.stage import log

if TYPE_CHECKING:
    from mlops_spec.rehearse.run import Run


def gates(run: Run) -> list[dict[str, Any]]:
    """Every gate with its verdict; raises `Unexpected` where the workflow left no report."""
    file = run.folder / "artifacts" / "report" / model_folder.REPORT.name
    if not file.is_file():
        raise Unexpected("the workflow left no report", log(run))
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["gates"]
    return found


def passed(run: Run) -> str:
    """How many gates let it through."""
    return f"{[gate['verdict'] for gate in gates(run)].count('pass')} gates pass"


def failed(run: Run) -> str:
    """The first gate that did not."""
    gate = next(gate for gate in gates(run) if gate["verdict"] != "pass")
    bound = gate["bound"]
    return f"{gate['id']} {gate['value']:.3f} {bound['op']} {bound['value']:g} is {gate['verdict']}"
