"""Adoption of a repository with several models: each has a folder of its own, and the root says what all share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec import model_folder
from mlops_spec.engines.adoption import draft
from mlops_spec.layout import PROJECT
from mlops_spec.start.adopt.adopted import Adopted, Proposed
from mlops_spec.start.adopt.draft_text import questions, text
from mlops_spec.start.adopt.relocated import relocated
from mlops_spec.start.adopt.settings import with_settings
from mlops_spec.start.adopt.steps_in_folders import Part, steps
from mlops_spec.start.adopt.written import write_new

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mlops_spec.engines.adoption import Pipeline
    from mlops_spec.start.adopt.places import Trained


def adopt_in_folders(root: Path, models: Sequence[Trained], pipelines: Mapping[str, Pipeline]) -> Adopted:
    """Writes a draft for each of the models, and the settings where there are none, all together.

    `pipelines` are all that the repository has, to tell of those that train nothing.

    Raises:
        Failure: one of the files is there already, or can't be written.
    """
    parts = [_part(each, models) for each in models]
    settings = with_settings(root)
    new, edited, specs = {}, {}, []
    for part in parts:
        folder, source = part.trained.folder, part.trained.pipeline.name
        spec = folder / model_folder.SPEC
        new[str(spec)] = written = text(_whole(part), _source(part.trained))
        new |= {str(folder / path): script for path, script in part.drawn.scripts.items()}
        specs.append(Proposed(spec, source, part.trained.name, questions(written)))
    if settings:
        old, project = settings
        if old is None:
            new[str(PROJECT)] = project
        else:
            edited[str(PROJECT)] = (old, project)
    left = [each for each in pipelines.values() if all(each is not part.trained.pipeline for part in parts)]
    found = Adopted(root, tuple(specs), steps(root, parts, left))
    write_new(root, new, edited)
    return found


def _part(trained: Trained, models: Sequence[Trained]) -> Part:
    together = [each.stage for each in models if each.pipeline is trained.pipeline]
    drawn = draft(trained.pipeline, trained.stage, trained.pipeline.of_others(trained.stage, together))
    return Part(trained, drawn, relocated(drawn, trained))


def _source(trained: Trained) -> str:
    return f"{trained.pipeline.at(trained.stage)} ({trained.stage})"


def _whole(part: Part) -> dict[str, Any]:
    return {"spec": 1, "model": part.trained.name, "task": "TODO", **part.found.sections}
