"""A workflow of GitHub Actions as rules look at it: jobs, their steps, and the commands that each step runs.

People write workflows by hand, so nothing here trusts a shape: what is not what GitHub reads counts as not there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mlops_spec.layout import MAIN_BRANCH
from mlops_spec.workflow.expression import asks_for_success, despite_failure
from mlops_spec.workflow.shape import mapping, names, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlops_spec.diagnostic import Address
    from mlops_spec.document import Document
    from mlops_spec.spec import Spec
    from mlops_spec.workflow.command import Command


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a job; `commands` are those of its script, or of the composite action of this repository it uses."""

    address: Address
    data: Mapping[str, Any]
    commands: Sequence[Command]

    @property
    def uses(self) -> str:
        return text(self.data.get("uses"))

    @property
    def run(self) -> str:
        return text(self.data.get("run"))

    @property
    def condition(self) -> str:
        return text(self.data.get("if"))

    @property
    def inputs(self) -> Mapping[str, Any]:
        return mapping(self.data.get("with"))

    @property
    def place(self) -> Address:
        """Where what it runs stands."""
        return (*self.address, "run" if "run" in self.data else "uses")

    def uses_action(self, *actions: str) -> bool:
        """Whether it uses one of these actions, in whatever version."""
        return self.uses.partition("@")[0].lower() in actions


@dataclass(frozen=True, eq=False)
class Job:
    """One job of a workflow; `calls` is the reusable workflow that it is instead of having steps."""

    name: str
    address: Address
    data: Mapping[str, Any]
    steps: Sequence[Step]

    @property
    def calls(self) -> str:
        return text(self.data.get("uses"))

    @property
    def needs(self) -> Sequence[str]:
        return names(self.data.get("needs"))

    @property
    def condition(self) -> str:
        return text(self.data.get("if"))

    @property
    def despite(self) -> str:
        """The call by which it starts although a job that it needs failed; empty where it does not."""
        return "" if asks_for_success(self.condition, self.needs) else despite_failure(self.condition)

    @property
    def commands(self) -> Iterator[Command]:
        for step in self.steps:
            yield from step.commands

    @property
    def token(self) -> Address:
        """Where its permissions stand, or would."""
        return (*self.address, "permissions")

    @property
    def parts(self) -> Sequence[Job | Step]:
        """The job and its steps: what may have a condition or be allowed to fail."""
        return (self, *self.steps)

    def runs(self, *verbs: str) -> bool:
        """Whether one of its steps runs one of our commands."""
        return any(command.verb in verbs for command in self.commands)


@dataclass(frozen=True, eq=False)
class Workflow:
    """One file of `.github/workflows`; `path` is how the repository's other files name it."""

    path: str
    document: Document
    jobs: Mapping[str, Job]

    @property
    def data(self) -> Mapping[str, Any]:
        return mapping(self.document.data)

    @property
    def triggers(self) -> Mapping[str, Any]:
        """The events with their settings, however `on` writes them."""
        written = self.data.get("on")
        return written if isinstance(written, dict) else dict.fromkeys(names(written))

    def commands(self, *verbs: str) -> Iterator[tuple[Job, Step, Command]]:
        """Each of these commands of ours that it runs, or every command of any program."""
        for job in self.jobs.values():
            for step in job.steps:
                for command in step.commands:
                    if not verbs or command.verb in verbs:
                        yield job, step, command

    def trigger_address(self, event: str) -> Address:
        """Where an event stands: under its key, or in the list or text that names it."""
        return ("on", event) if isinstance(self.data.get("on"), dict) else ("on",)


@dataclass(frozen=True, eq=False)
class Delivery:
    """All workflows of a repository that have to do with a model, by path, and its spec where that is valid."""

    workflows: Mapping[str, Workflow] = field(default_factory=dict)
    spec: Spec | None = None
    #: what GitHub calls each workflow of the repository, also those that have nothing to do with a model, by path
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def main(self) -> str:
        """The branch from which versions are released."""
        return self.spec.branch if self.spec else MAIN_BRANCH


@dataclass(frozen=True)
class Reading:
    """What rules over workflows may look at; each field is an argument that a rule can ask for."""

    workflow: Workflow
    delivery: Delivery

    @property
    def document(self) -> Document:
        return self.workflow.document
