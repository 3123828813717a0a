"""What a notebook raised, read from the executed copy that papermill leaves of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mlops_spec.spec.notebooks import notebook_run
from mlops_spec.spec.stages import words

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST = 2**26  # bytes
_SHOWN = 300


def raised(root: Path, command: str) -> str:
    """Which cell of a command's notebook raised what; empty where nothing tells."""
    run = notebook_run(words(command))
    if run is None or not run.copy:
        return ""
    try:
        path = root / run.copy
        if path.stat().st_size > _LARGEST:
            return ""
        cells = [cell for cell in json.loads(path.read_bytes())["cells"] if _is_own(cell)]
        found = (
            (number, output)
            for number, cell in enumerate(cells, start=1)
            for output in cell["outputs"]
            if output["output_type"] == "error"
        )
        first = next(found, None)
        if first is None:
            return ""
        number, error = first
        what = " ".join(f"{error['ename']}: {error['evalue']}".split())[:_SHOWN]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""
    return f"cell {number} of {run.notebook} raised {what}; see {run.copy}"


def _is_own(cell: Any) -> bool:
    """Whether a cell of code stands in the notebook itself: papermill puts one with parameters behind the first."""
    return cell["cell_type"] == "code" and "injected-parameters" not in cell["metadata"].get("tags", ())
