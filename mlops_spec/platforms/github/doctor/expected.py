"""Expected settings outside the repository, derived from the files that the spec renders to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlops_spec.document import safe_yaml
from mlops_spec.platforms.github.outputs.workflows import WORKFLOWS, ownership, workflows
from mlops_spec.render.jinja import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.spec import Spec

BOT = "promotion-bot"  # the environment of the jobs that open promotions
TRIAL = "pull-requests"  # of a maintainer's trial, where somebody else's code reads the data


@dataclass(frozen=True)
class Place:
    """An environment of the forge; somebody of `approvers` (anybody where empty) lets jobs in if it is `reviewed`.

    One of `pull_requests` is entered from each of them, and so from no branch that could be named.
    """

    name: str
    reviewed: bool
    approvers: tuple[str, ...] = ()
    pull_requests: bool = False

    @property
    def teams(self) -> bool:
        """Whether somebody may let jobs in as a member of a team."""
        return self.reviewed and any("/" in name for name in self.approvers)


@dataclass(frozen=True)
class Expected:
    """Rulesets by their files' names, environments that jobs name, actions that they use, and the spec itself.

    `openers` are the environments of jobs that open pull requests, by an App where there is one.
    """

    spec: Spec
    rulesets: dict[str, dict[str, Any]]
    places: tuple[Place, ...]
    openers: tuple[str, ...]
    actions: tuple[str, ...]

    @property
    def opens(self) -> bool:
        """Whether a workflow opens pull requests: promotions, what sets Git back after them, or an alert's."""
        monitor = self.spec.monitor
        alerts = monitor is not None and monitor.on_alert.open == "pull-request"
        return alerts or any(place.name == BOT for place in self.places)


def expected(spec: Spec) -> Expected:
    found = sorted((*workflows(spec), *ownership(spec)), key=lambda output: output.path)
    texts = dict(zip((output.path for output in found), render(found), strict=True))
    written = [safe_yaml.load(text) for path, text in texts.items() if path.parent == WORKFLOWS]
    pulled = set(_environments([workflow for workflow in written if "pull_request" in _triggers(workflow)]))
    return Expected(
        spec=spec,
        rulesets={path.stem: json.loads(text) for path, text in texts.items() if path.parent.name == "rulesets"},
        places=tuple(_place(name, spec, pulled=name in pulled) for name in dict.fromkeys(_environments(written))),
        openers=tuple(dict.fromkeys(_environments(written, "permission-pull-requests"))),
        actions=tuple(sorted({_action(step["uses"]) for step in _steps(written) if "uses" in step})),
    )


def _triggers(workflow: dict[Any, Any]) -> Any:
    return workflow.get("on", workflow.get(True, ()))  # which YAML 1.1 takes for a yes


def _jobs(workflows: list[dict[Any, Any]]) -> Iterator[dict[str, Any]]:
    for workflow in workflows:
        yield from workflow["jobs"].values()


def _steps(workflows: list[dict[Any, Any]]) -> Iterator[dict[str, Any]]:
    for job in _jobs(workflows):
        yield from job.get("steps", [])


def _action(uses: str) -> str:
    """The repository of an action: `actions/cache` of `actions/cache/restore@…`."""
    return "/".join(uses.partition("@")[0].split("/")[:2])


def _environments(workflows: list[dict[Any, Any]], given: str = "") -> Iterator[str]:
    for job in _jobs(workflows):
        inputs = {name for step in job.get("steps", []) for name in step.get("with", {})}
        if "environment" in job and (not given or given in inputs):
            written = job["environment"]
            yield written["name"] if isinstance(written, dict) else written


def _place(name: str, spec: Spec, *, pulled: bool) -> Place:
    if name == TRIAL or pulled:
        return Place(name, reviewed=name == TRIAL, approvers=tuple(spec.owners), pull_requests=pulled)
    environment = spec.environments.get(name)
    if environment is None or environment.after == "merge":
        return Place(name, reviewed=False)
    promote = environment.promote
    return Place(name, promote.approvals > 0, tuple(promote.approvers or spec.owners))
