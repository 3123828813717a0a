"""A plan: what a change would do, before anything runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mlops_spec.spec.weakening import Weakening  # noqa: TC001 - a plan that was received is validated by it

Change = Literal["added", "changed", "removed"]


@dataclass(frozen=True)
class Cause:
    """Why a stage runs: `what` changed, from `before` to `after` as they are shown; lines for a text file.

    Of a model in a repository of many also why it is touched: by a package of the lock, a gate, an environment, or a
    rendered file; or the model itself is new there.
    """

    kind: Literal[
        "first", "command", "param", "input", "output", "after", "package", "gate", "environment", "rendered", "model"
    ]
    what: str
    before: str | None = None
    after: str | None = None
    added: int | None = None
    removed: int | None = None


@dataclass(frozen=True)
class StagePlan:
    """A stage of the pipeline; without a cause it stays as the release left it."""

    name: str
    causes: tuple[Cause, ...]

    @property
    def runs(self) -> bool:
        """Whether it will run."""
        return bool(self.causes)


@dataclass(frozen=True)
class FileChange:
    """A rendered file that is not what the base has; `stale`: what lies on the disk is something else again."""

    path: str
    change: Change
    added: int
    removed: int
    stale: bool


@dataclass(frozen=True)
class Touched:
    """A gate or an environment that was added, changed or removed; `keys` are what changed in it."""

    name: str
    change: Change
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Base:
    """What a plan compares with: a commit for the spec and its files, a release for the pipeline."""

    commit: str | None
    release: str | None
    problem: str | None = None  # why the spec at that commit can't be compared


@dataclass(frozen=True)
class Plan:
    """All of it; `seconds` is what the stages that run took in the past, None where no run told."""

    model: str
    base: Base
    files: tuple[FileChange, ...]
    stages: tuple[StagePlan, ...]
    gates: tuple[Touched, ...]
    gate_count: int
    champions: tuple[str, ...]  # the environments whose live versions gates compare with
    environments: tuple[Touched, ...]
    weakened: tuple[Weakening, ...]
    guardians: tuple[str, ...]  # who must approve a change of the spec
    seconds: float | None
    past_runs: int
    trains: bool = True  # whether a run could tell something that the release's did not

    @property
    def changes(self) -> bool:
        """Whether anything would change."""
        return bool(self.files or self.gates or self.environments or self.weakened) or any(
            stage.runs for stage in self.stages
        )
