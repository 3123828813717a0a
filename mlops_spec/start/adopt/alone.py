"""Adoption of a repository with one model: its spec lies at the root, as everything that follows from it does."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from mlops_spec import layout, model_folder
from mlops_spec.repository.listing import default_branch
from mlops_spec.start.adopt import storage
from mlops_spec.start.adopt.adopted import Adopted, Proposed
from mlops_spec.start.adopt.draft_text import questions, slug, text
from mlops_spec.start.adopt.steps import steps
from mlops_spec.start.adopt.written import write_new

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mlops_spec.engines.drawn import Drawn


def adopt_alone(root: Path, drawn: Drawn, source: str) -> Adopted:
    """Writes the draft from the file `source` as the spec at the root, with the scripts that it needs.

    Raises:
        Failure: one of these files is there already, or can't be written.
    """
    whole = _completed(root, drawn.sections)
    written = text(whole, source)
    write_new(root, {str(model_folder.SPEC): written, **drawn.scripts})
    spec = Proposed(PurePosixPath(model_folder.SPEC), source, whole["model"], questions(written))
    return Adopted(root, (spec,), steps(root, drawn, source, whole["model"]))


def _completed(root: Path, drawn: Mapping[str, Any]) -> dict[str, Any]:
    name = slug(drawn.get("model") or root.resolve().name)
    head: dict[str, Any] = {"spec": 1, "model": name, "task": "TODO", "owners": ["@TODO"]}
    if (branch := default_branch(root)) != layout.MAIN_BRANCH:
        head["branch"] = branch
    return head | {key: value for key, value in drawn.items() if key != "model"} | storage.section(root)
