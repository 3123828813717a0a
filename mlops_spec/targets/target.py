"""The protocol between the agent and a place that serves: calls that are each safe to repeat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from mlops_spec.spec.environments import Environment
    from mlops_spec.spec.storage import Storage
    from mlops_spec.targets.live import Heard, Kept, Live, Scored, Served


class Refused(Failure):
    """The target can't load a version; what was live still is."""

    def __init__(self, message: str) -> None:
        super().__init__(message, exit_code=Exit.FINDINGS)


@dataclass(frozen=True)
class Host:
    """Where an agent runs and what it was told there.

    `state` is the agent's folder, in which a target keeps what it has to remember, and `model` the name that the
    model answers to. `supervised`: a service manager runs what serves, so a target never starts it. `key` is the column
    that names a row, `storage` the spec's. `alone`: its repository has no other model, so what is written in the folder
    needs no name; else models may share what serves. `memory` is in bytes, for all of them together.
    """

    state: Path
    model: str
    supervised: bool = False
    key: str | None = None
    storage: Storage | None = None
    alone: bool = True
    memory: int | None = None

    @property
    def name(self) -> str:
        """What tells the model from others in the folder; empty for the only one."""
        return "" if self.alone else self.model

    @property
    def home(self) -> Path:
        """Where everything lies that is this model's alone."""
        return home_of(self.state, self.name)


def home_of(state: Path, name: str) -> Path:
    """Where everything lies in an agent's folder that is one model's; `name` is empty for the only model."""
    return state / "models" / name if name else state


@dataclass(frozen=True)
class Asked:
    """Days that somebody asked for, by name or all since one; a day is written as in 2026-11-30."""

    days: tuple[str, ...] = ()
    since: str | None = None


class Target(Protocol):
    """One environment's place. Each call returns once it is done, and leaves the old or the new behind."""

    @classmethod
    def on(cls, host: Host, environment: Environment) -> Self:
        """The target of an environment for the agent on this host; nothing is started or changed by that."""

    @classmethod
    def heard(cls, environment: Environment, model: str) -> Heard:
        """What an environment's target says of a model over the network; it raises nothing."""

    @classmethod
    def clear(cls, state: Path) -> None:
        """Ends what runs for the agent of this folder, where something does, once it has answered what it began."""

    @classmethod
    def models(cls, state: Path) -> tuple[Kept, ...]:
        """The models that it serves for the agent of this folder, ordered by name."""

    @classmethod
    def rename(cls, state: Path, old: str, new: str) -> None:
        """Goes on serving a model under another `name`: the only one is one of several now, or the other way."""

    def check(self) -> None:
        """Raises Failure (78) where nothing runs and nothing could: an address is taken, a service is not set up."""

    def start(self) -> bool:
        """Starts what serves, with what it served last; False where it ran already.

        Raises:
            Failure: something is set up wrongly (78), or it does not come up (69).
        """

    def restart(self) -> None:
        """Ends what serves and starts it anew, so that no process has read what the host had before."""

    def current(self) -> Live:
        """What is live, as far as it can be seen; it changes nothing."""

    def stage(self, version: Served) -> None:
        """Loads a version beside the live one, without a request for it; raises Refused when it can't be loaded."""

    def shift(self, weight: int, seconds: float) -> None:
        """Gives the staged version `weight` percent of the requests, for at most `seconds`."""

    def mirror(self, seconds: float) -> None:
        """Gives the staged version a copy of each request, for at most `seconds`; its answers reach nobody."""

    def finish(self) -> None:
        """Makes the staged version the live one, and keeps the old one as the version to go back to."""

    def abort(self) -> None:
        """Drops the staged version, where there is one."""

    def retire(self) -> None:
        """Ends serving the model for good; other models of the folder are served as before."""

    def kept(self) -> set[str]:
        """Digests of the packages that it may still load: live, staged, and the one before."""

    def prune(self, seconds: float) -> None:
        """Removes the predictions that were logged longer ago than that."""

    def work(self, version: Served, first: datetime, asked: Asked) -> Iterator[Scored]:
        """Scores with the live version the days that were asked for, and those due since the `first` was live.

        Each is done once the next is asked for: until then the caller puts it on record. None where requests are
        answered as they come.
        """
