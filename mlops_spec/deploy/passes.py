"""The settings of an agent, and the result of one pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from mlops_spec.errors import Exit
from mlops_spec.platforms.github.run import Run

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.release.desired import Desired

Action = Literal[
    "none",
    "waiting",
    "deployed",
    "healed",
    "failed",
    "rolled-back",
    "withdrawn",
    "scored",
    "unscored",
    "stuck",
    "orphaned",
    "retired",
]
ACTIONS: dict[str, Action] = {"succeeded": "deployed", "failed": "failed", "rolled-back": "rolled-back"}


@dataclass(frozen=True)
class Settings:
    """Whose agent this is. `listen` and `remote` stand in for what model.yaml and .dvc/config say.

    `run` has the tokens of this host, `take_over`: the environment's agent before this one has ended for good. `days`
    are scored whether they are due or not, and all that were due `since` a day. Of a repository with several models,
    `models` are those that this host serves, all where none is named, within `memory` bytes; `retire` are some that
    main has no more, and that are to be served no longer.
    """

    environment: str
    repository: str
    state: Path
    listen: str | None = None
    remote: str | None = None
    supervised: bool = False
    take_over: bool = False
    days: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    memory: int | None = None
    retire: tuple[str, ...] = ()
    since: str | None = None
    run: Run = field(default_factory=Run)


@dataclass(frozen=True)
class Done:
    """What a pass did for a model, and what is live of it afterwards; the only one of a repository has no name."""

    environment: str
    action: Action
    version: str | None = None
    digest: str | None = None
    serial: int | None = None
    reason: str = ""
    model: str = ""

    @property
    def exit_code(self) -> Exit:
        """0 when what is live is what is wanted."""
        return Exit.FINDINGS if self.action in {"failed", "rolled-back", "withdrawn", "unscored", "stuck"} else Exit.OK


def done_for(want: Desired, action: Action, reason: str = "") -> Done:
    return Done(want.environment, action, want.version, want.digest, want.serial, reason)
