"""The server's one lasting process: it owns the socket, follows the wishes for its models and keeps their memory."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from mlops_spec.targets.local.serve.hosted import Hosted
from mlops_spec.targets.local.serve.memory import Memory
from mlops_spec.targets.local.serve.resident import of_host
from mlops_spec.targets.local.serve.wanted import ALONE, Wishes, forget_status, read_memory, say_serves_many

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.targets.local.serve.limits import Limits
    from mlops_spec.targets.local.serve.log import PredictionLog
    from mlops_spec.targets.local.serve.wanted import Wanted

_TICK = 0.05
_MEMORY_TICKS = 20
_SHARE_OF_HOST = 0.75  # of its memory, for several models where nobody said how much


class Front:
    """Makes what runs equal to what is wanted, again and again."""

    def __init__(self, folder: Path, listen: str, limits: Limits, log: PredictionLog | None) -> None:
        self.limits = limits
        self.log = log
        self.memory = Memory(None, limits.load_seconds)
        self._folder = folder
        self._listen = listen
        self._wishes = Wishes(folder)
        self._hosted = {ALONE: Hosted(ALONE, folder, listen, limits)}  # its status is the server's, too
        self._by_model: dict[str, Hosted] = {}
        self._ticks = 0

    @property
    def hosted(self) -> tuple[Hosted, ...]:
        """The models, ordered by name."""
        return tuple(self._by_model[name] for name in sorted(self._by_model) if name)

    @property
    def alone(self) -> Hosted | None:
        """The model that has the server for itself."""
        return self._hosted[ALONE] if len(self._hosted) == 1 else None

    def find(self, model: str) -> Hosted | None:
        """The model of this name."""
        return self._by_model.get(model)

    def describe(self, model: str | None) -> dict[str, Any]:
        """What `/version` says: of one model, or of all where there are several and none is named."""
        only = self.alone or (self.find(model) if model is not None else None)
        seen = {"agent_seen": self._agent_seen()}
        if only is not None:
            return only.describe() | seen
        if model is not None or not self.hosted:
            return self._hosted[ALONE].describe() | {"model": model or ""} | seen
        return {"models": [each.describe() for each in self.hosted]} | seen

    def _agent_seen(self) -> float | None:
        """When the agent was there last, in seconds since 1970."""
        try:
            return (self._folder.parent / "agent.json").stat().st_mtime
        except OSError:
            return None

    async def run(self) -> None:
        """Follows the wishes until cancelled, and then lets every worker finish what it has begun."""
        say_serves_many(self._folder)
        try:
            while True:
                self._read()
                self._tick()
                await asyncio.sleep(_TICK)
        finally:
            await asyncio.gather(*(each.stop() for each in self._hosted.values()), return_exceptions=True)

    def _read(self) -> None:
        changed = dict(self._wishes.changed())
        for name, wanted in changed.items():
            if wanted is not None:
                self._hosted_for(name, wanted).want(wanted)
            elif name and name in self._hosted:  # of one alone, the last wish stands
                self._hosted[name].want(None)
        if changed:
            self._by_model = {each.model: each for each in self._hosted.values()}
        if self._ticks % _MEMORY_TICKS == 0 or changed:
            self.memory.allowed = read_memory(self._folder) or self._usual()
        self._ticks += 1

    def _hosted_for(self, name: str, wanted: Wanted) -> Hosted:
        """The model of a wish; what was the only one and is one of several now goes on running, and the other way."""
        before = self._by_model.get(wanted.model)
        if before is not None and ALONE in {name, before.name} - ({name} & {before.name}):
            self._hosted[name] = self._hosted.pop(before.name)
            before.rename(name)
            self._hosted.setdefault(ALONE, self._new(ALONE))
        return self._hosted.setdefault(name, self._new(name))

    def _new(self, name: str) -> Hosted:
        return Hosted(name, self._folder, self._listen, self.limits)

    def _usual(self) -> int | None:
        return None if self._hosted.keys() <= {ALONE} else int(of_host() * _SHARE_OF_HOST)

    def _tick(self) -> None:
        models = [*self._hosted.values()]
        stirred = [each for each in models if each.is_due()]
        for each in stirred:
            each.stop_unwanted()
        self.memory.balance(models, stirred)
        for each in stirred:
            each.route()
            each.write_status()
        for each in stirred:
            if each.name and each.wants_nothing:
                self._forget(each)

    def _forget(self, hosted: Hosted) -> None:
        del self._hosted[hosted.name]
        self._by_model.pop(hosted.model, None)
        forget_status(self._folder, hosted.name)
