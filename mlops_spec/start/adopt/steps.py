"""Steps from a draft to a repository that runs, gates and renders, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.engines.adoption import setup_steps
from mlops_spec.engines.drawn import Drawn, Step
from mlops_spec.engines.files import PIPELINE
from mlops_spec.start.adopt import project, surroundings

if TYPE_CHECKING:
    from pathlib import Path


def steps(root: Path, drawn: Drawn, source: str, model: str) -> tuple[Step, ...]:
    """First what the tools need, then what only a person can answer, then what shows that it works."""
    return (
        *surroundings.git_steps(root),
        *project.steps(root, model),
        *setup_steps(root),
        *surroundings.table_steps(root, drawn, source),
        Step(f"answer what is marked TODO in {model_folder.SPEC}"),
        *dict.fromkeys(drawn.left),
        *surroundings.left_over_steps(root, drawn, source),
        Step("until no error is left; a warning says what else to look at", "uv run mlops-spec lint"),
        Step("write the pipeline, the workflows and all else that follows", _render(root, drawn)),
        Step("again, now that it sees the workflows", "uv run mlops-spec lint"),
        Step("commit what was written", "git add --all && git commit --message 'Adopt mlops-spec'"),
        Step("train, measure and package", "uv run mlops-spec run"),
        Step("judge it", "uv run mlops-spec gate"),
        Step(
            "give the gates bounds that the rows bear", "uv run mlops-spec power --suggest && uv run mlops-spec render"
        ),
        Step("judge it by these", "uv run mlops-spec run && uv run mlops-spec gate"),
        Step("see each gate stop what it must", "uv run mlops-spec drill"),
        Step("commit the bounds", "git diff --quiet || git commit --all --message 'Set bounds that the rows bear'"),
    )


def _render(root: Path, drawn: Drawn) -> str:
    old = (model_folder.CARD,) if drawn.claimed else (PIPELINE, model_folder.CARD)  # by then it is gone
    there = [str(path) for path in old if (root / path).is_file()]
    return " ".join(["uv run mlops-spec render", *(f"--adopt {path}" for path in there)])
