"""A target that serves from this process's memory, for tests of what stands above the port."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from mlops_spec.spec.environments import Server
from mlops_spec.targets.live import Heard, Kept, Live, Running, Scored, Served
from mlops_spec.targets.target import Refused, home_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mlops_spec.spec.environments import Environment
    from mlops_spec.targets.target import Asked, Host


@dataclass
class InMemory:
    """What one agent's folder has live; it outlives the agent, as a server does."""

    state: Path
    runs: bool = False
    stable: Served | None = None
    candidate: Served | None = None
    previous: Served | None = None
    model: str = ""
    name: str = ""
    weight: int = 0
    told: list[str] = field(default_factory=list)
    by_state: ClassVar[dict[Path, InMemory]] = {}
    by_listen: ClassVar[dict[str, InMemory]] = {}

    @classmethod
    def on(cls, host: Host, environment: Environment) -> Self:
        assert isinstance(environment, Server)
        made = cls.by_state.setdefault(host.home, cls(host.state, name=host.name))
        made.model = host.model
        cls.by_listen[environment.listen] = made
        assert isinstance(made, cls)
        return made

    @classmethod
    def heard(cls, environment: Environment, model: str) -> Heard:
        assert isinstance(environment, Server)
        here = cls.by_listen.get(environment.listen)
        if here is None or not here.runs:
            return Heard(unseen=f"nothing is in memory for {environment.listen}")
        return Heard(here.stable.version, here.stable.digest) if here.stable else Heard()

    @classmethod
    def clear(cls, state: Path) -> None:
        for here in cls._of(state):
            here.runs, here.candidate = False, None

    @classmethod
    def models(cls, state: Path) -> tuple[Kept, ...]:
        wanted = sorted((each for each in cls._of(state) if each.kept()), key=lambda each: each.name)
        return tuple(Kept(each.name, each.model, frozenset(each.kept())) for each in wanted)

    @classmethod
    def rename(cls, state: Path, old: str, new: str) -> None:
        made = cls.by_state[home_of(state, new)] = cls.by_state.pop(home_of(state, old))
        made.name = new

    @classmethod
    def _of(cls, state: Path) -> list[InMemory]:
        return [each for each in cls.by_state.values() if each.state == state]

    def answer(self) -> float:
        """What the live version predicts."""
        assert self.runs
        assert self.stable is not None
        return _predicted(self.stable)

    def check(self) -> None:
        self.told.append("check")

    def start(self) -> bool:
        started, self.runs = not self.runs, True
        return started

    def restart(self) -> None:
        self.clear(self.state)
        self.start()

    def current(self) -> Live:
        if not self.runs:
            return Live(unseen=f"nothing is in memory for {self.state}")
        return Live(_running(self.stable), _running(self.candidate), self.weight)

    def stage(self, version: Served) -> None:
        self.start()
        self.abort()
        if self.stable == version:
            return
        try:
            _predicted(version)
        except (OSError, RuntimeError) as error:
            raise Refused(f"{version.version} can't be served: {error}") from error
        self.candidate = version

    def shift(self, weight: int, seconds: float) -> None:
        self.told.append(f"{weight} % for {seconds:.0f} s")
        self.weight = weight

    def mirror(self, seconds: float) -> None:
        self.told.append(f"a copy for {seconds:.0f} s")
        self.weight = 100

    def finish(self) -> None:
        if self.candidate is not None:
            self.previous, self.stable = self.stable, self.candidate
            self.abort()

    def abort(self) -> None:
        self.candidate, self.weight = None, 0

    def retire(self) -> None:
        self.stable = self.candidate = self.previous = None

    def kept(self) -> set[str]:
        return {each.digest for each in (self.stable, self.candidate, self.previous) if each is not None}

    def work(self, version: Served, first: datetime, asked: Asked) -> Iterator[Scored]:
        return iter(())

    def prune(self, seconds: float) -> None:
        self.told.append(f"prune {seconds:.0f} s")


def _running(version: Served | None) -> Running | None:
    return Running(version.version, version.digest, "ready") if version is not None else None


def _predicted(version: Served) -> float:
    """One prediction of a package of `tests/serve/conftest.py`."""
    package, names = Path(version.package), {}
    exec((package / "code/served.py").read_text(), names)
    (value,) = names["load"](package / "model")([None])
    return float(value)
