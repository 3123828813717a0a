"""What the spec relies on outside the repository, read from the very files that it is rendered into."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from mlops_spec.outputs import WORKFLOWS, outputs
from mlops_spec.render import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.spec import Spec

BOT = "promotion-bot"  # the environment of the jobs that open promotions
_USES = re.compile(r"\buses: ([\w.-]+/[\w.-]+)[/@]")


@dataclass(frozen=True)
class Place:
    """An environment of the forge; somebody of `approvers` (anybody where empty) lets jobs in if it is `reviewed`."""

    name: str
    reviewed: bool
    approvers: tuple[str, ...] = ()

    @property
    def teams(self) -> bool:
        """Whether somebody may let jobs in as a member of a team."""
        return self.reviewed and any("/" in name for name in self.approvers)


@dataclass(frozen=True)
class Expected:
    """Rulesets by their files' names, environments that jobs name, actions that they use, and the spec itself."""

    spec: Spec
    rulesets: dict[str, dict[str, Any]]
    places: tuple[Place, ...]
    actions: tuple[str, ...]

    @property
    def promotes(self) -> bool:
        """Whether a workflow opens promotions."""
        return any(place.name == BOT for place in self.places)


def expected(spec: Spec) -> Expected:
    found = outputs(spec, frozenset())
    texts = dict(zip((output.path for output in found), render(found), strict=True))
    workflows = [text for path, text in texts.items() if path.parent == WORKFLOWS]
    return Expected(
        spec=spec,
        rulesets={path.stem: json.loads(text) for path, text in texts.items() if path.parent.name == "rulesets"},
        places=tuple(_place(name, spec) for name in dict.fromkeys(_named(workflows))),
        actions=tuple(sorted({action for text in workflows for action in _USES.findall(text)})),
    )


def _named(workflows: list[str]) -> Iterator[str]:
    for text in workflows:
        for job in yaml.safe_load(text)["jobs"].values():
            if "environment" in job:
                yield job["environment"]


def _place(name: str, spec: Spec) -> Place:
    environment = spec.environments.get(name)
    if environment is None or environment.after == "merge":
        return Place(name, reviewed=False)
    promote = environment.promote
    return Place(name, promote.approvals > 0, tuple(promote.approvers or spec.owners))
