"""Stand-ins for the marketplace's actions, each a small composite action in `actions/`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_spec.document import safe_yaml
from mlops_spec.errors import Exit, Failure
from mlops_spec.rehearse.hub.workflow_files import read_workflow

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent / "actions"


def used(workflows: Path) -> dict[str, Path]:
    """Each `owner/name@commit` that the workflow files in a folder use, with the folder of its stand-in.

    Raises:
        Failure: there is no stand-in for it, or it has no such input (exit 78).
    """
    found = {}
    for file, step in _uses(workflows):
        folder = FOLDER / step["uses"].partition("@")[0]
        if not (folder / "action.yml").is_file():
            raise _cannot_play(file, f"the action {step['uses']}")
        unknown = sorted(set(step.get("with", {})) - set(_action(folder)["inputs"]))
        if unknown:
            raise _cannot_play(file, f"`{unknown[0]}` of {step['uses']}")
        found[step["uses"]] = folder
    return found


def token_inputs(uses: str) -> list[str]:
    """The inputs of an action that are the job's token where a step gives none."""
    folder = FOLDER / uses.partition("@")[0]
    if uses.startswith("./") or not (folder / "action.yml").is_file():
        return []
    return [
        name for name, about in _action(folder)["inputs"].items() if "github.token" in str(about.get("default", ""))
    ]


def _uses(workflows: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for file in sorted(workflows.glob("*.yml")):
        for job in read_workflow(file)["jobs"].values():
            for step in job.get("steps", []):
                if "uses" in step and not step["uses"].startswith("./"):
                    yield file, step


def _action(folder: Path) -> dict[str, Any]:
    action: dict[str, Any] = safe_yaml.load((folder / "action.yml").read_text(encoding="utf-8"))
    return action


def _cannot_play(file: Path, what: str) -> Failure:
    remedy = "leave the step out with `if: ${{ !env.ACT }}`"
    return Failure(f"{file.name}: {what} can't be rehearsed", exit_code=Exit.CONFIG, remedy=remedy)
