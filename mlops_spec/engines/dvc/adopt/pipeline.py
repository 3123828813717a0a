"""A `dvc.yaml` that somebody else wrote, read once: its stages as DVC expands them, each with its line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import yaml

from mlops_spec.document import safe_yaml
from mlops_spec.engines.dvc.adopt.graph import before, chosen_training, from_root, last_training, trainings
from mlops_spec.engines.dvc.adopt.resolved import stages as resolved
from mlops_spec.engines.source import load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mlops_spec.engines.dvc.adopt.graph import Stage


@dataclass(frozen=True)
class Pipeline:
    """The stages by name, `train@emea` of one that stands for several, with paths as seen from `root`."""

    root: Path
    name: str  # of the file, for people
    document: Mapping[str, Any]
    stages: Mapping[str, Stage]
    lines: Mapping[str, int]

    @property
    def rendered(self) -> bool:
        """Whether it was written by this tool, from a spec."""
        commands = [str(stage.get("cmd", "")) for stage in self.stages.values()]
        return bool(commands) and all(each.startswith("mlops-spec stage ") for each in commands)

    @property
    def trainings(self) -> tuple[str, ...]:
        """The stages that say by their name or by what they write that each of them trains a model."""
        return () if self.rendered else tuple(trainings(self.stages))

    def training(self, chosen: str = "") -> str:
        """The stage that trains: the chosen one, the one that says so, or the last; empty where that makes data.

        Raises:
            Failure: there is none of the name that was chosen, or several train.
        """
        if chosen:
            return chosen_training(self.stages, chosen, self.name)
        return last_training(self.stages, self.name)

    def of_others(self, stage: str, models: Sequence[str]) -> frozenset[str]:
        """The stages of which the other models' drafts tell: what they wait for, and what uses them.

        What no model has anything to do with is the first one's to tell.
        """
        uses = {name for name, waits in self._waits.items() if stage in waits}
        others = [each for each in models if each != stage]
        theirs = {*others, *(each for other in others for each in self._waits[other])}
        theirs |= {name for name, waits in self._waits.items() if waits & {*others}}
        if stage != models[0]:
            theirs = {*self.stages}
        return frozenset(theirs - uses - self._waits[stage] - {stage})

    @cached_property
    def _waits(self) -> Mapping[str, frozenset[str]]:
        return {name: frozenset(before(name, self.stages)) for name in self.stages}

    def at(self, stage: str) -> str:
        """The place of a stage, as file:line."""
        line = self.lines.get(stage.partition("@")[0])
        return f"{self.name}:{line}" if line else self.name


def pipeline(root: Path, text: str, folder: str = "", name: str = "dvc.yaml") -> Pipeline:
    """Reads the text of a `dvc.yaml` that lies in a folder below the root.

    Raises:
        Failure: it is no pipeline, or its templates can't be filled in.
    """
    document = load(name, text)
    stages = resolved(root / folder, text, document, name)
    return Pipeline(root, name, document, {key: from_root(each, folder) for key, each in stages.items()}, _lines(text))


def _lines(text: str) -> dict[str, int]:
    """The line of each stage as it is written, counted from 1."""
    top = yaml.compose(text, Loader=safe_yaml.LOADER)
    for key, value in top.value if isinstance(top, yaml.MappingNode) else ():
        if key.value == "stages" and isinstance(value, yaml.MappingNode):
            return {str(name.value): name.start_mark.line + 1 for name, _ in value.value}
    return {}
