"""Expected settings outside the repository, derived from the files that its one spec, or many, render to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlops_spec.document import safe_yaml
from mlops_spec.platforms.github.outputs.shared import shared_outputs
from mlops_spec.platforms.github.outputs.workflows import WORKFLOWS, ownership, workflows
from mlops_spec.render.jinja import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlops_spec.place import Place as Lies
    from mlops_spec.render.output import Output
    from mlops_spec.spec import Spec
    from mlops_spec.spec.shared import Shared

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
    """Rulesets by their files' names, environments that jobs name, actions that they use, and what models say of them.

    `openers` are the environments of jobs that open pull requests, by an App where there is one.
    """

    branch: str
    models: tuple[str, ...]
    rulesets: dict[str, dict[str, Any]]
    places: tuple[Place, ...]
    openers: tuple[str, ...]
    actions: tuple[str, ...]
    #: the one person who owns everything
    sole_owner: str | None
    #: whether a workflow opens pull requests: promotions, what sets Git back after them, or an alert's
    opens: bool


def expected(spec: Spec) -> Expected:
    """Of a repository with one model, at its root."""
    return _expected((*workflows(spec), *ownership(spec)), spec.branch, [spec])


def expected_of_many(shared: Shared, models: Sequence[tuple[Lies, Spec]]) -> Expected:
    """Of a repository of many models: its workflows name no model, and take environments from the plan of a run."""
    return _expected(tuple(shared_outputs(shared, models)), shared.branch, [spec for _, spec in models])


def _expected(outputs: Sequence[Output], branch: str, specs: Sequence[Spec]) -> Expected:
    found = sorted(outputs, key=lambda output: output.path)
    texts = dict(zip((output.path for output in found), render(found), strict=True))
    written = [safe_yaml.load(text) for path, text in texts.items() if path.parent == WORKFLOWS]
    pulled = set(_environments([workflow for workflow in written if "pull_request" in _triggers(workflow)], specs))
    named = tuple(dict.fromkeys(_environments(written, specs)))
    return Expected(
        branch=branch,
        models=tuple(spec.model for spec in specs),
        rulesets={path.stem: json.loads(text) for path, text in texts.items() if path.parent.name == "rulesets"},
        places=tuple(_place(name, specs, pulled=name in pulled) for name in named),
        openers=tuple(dict.fromkeys(_environments(written, specs, "permission-pull-requests"))),
        actions=tuple(sorted({_action(step["uses"]) for step in _steps(written) if "uses" in step})),
        sole_owner=_sole_owner(specs),
        opens=BOT in named or any(_alerts(spec) for spec in specs),
    )


def _alerts(spec: Spec) -> bool:
    return spec.monitor is not None and spec.monitor.on_alert.open == "pull-request"


def _sole_owner(specs: Iterable[Spec]) -> str | None:
    owners = {spec.sole_owner for spec in specs}
    return owners.pop() if len(owners) == 1 else None


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


def _environments(workflows: list[dict[Any, Any]], specs: Sequence[Spec], given: str = "") -> Iterator[str]:
    """Those that jobs name; where the plan of a run says it, all that models have."""
    for job in _jobs(workflows):
        inputs = {name for step in job.get("steps", []) for name in step.get("with", {})}
        if "environment" in job and (not given or given in inputs):
            written = job["environment"]
            name = written["name"] if isinstance(written, dict) else written
            yield from [name] if "${{" not in name else (each for spec in specs for each in spec.environments)


def _place(name: str, specs: Sequence[Spec], *, pulled: bool) -> Place:
    if name == TRIAL or pulled:
        owners = _unique(owner for spec in specs for owner in spec.owners)
        return Place(name, reviewed=name == TRIAL, approvers=owners, pull_requests=pulled)
    found = [(spec, spec.environments[name]) for spec in specs if name in spec.environments]
    promoted = [(spec, each.promote) for spec, each in found if each.after != "merge"]
    return Place(
        name,
        any(promote.approvals > 0 for _, promote in promoted),
        _unique(who for spec, promote in promoted for who in promote.approvers or spec.owners),
    )


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
