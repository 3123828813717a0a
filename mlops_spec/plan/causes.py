"""The causes that make a stage run: what the release remembers of it beside what it would read now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlops_spec.plan import Cause, StagePlan
from mlops_spec.plan.difference import ABSENT, at, differences, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.engines.stage import Lock, LockedStage, Stage


#: path → the stages of other models that will run and write it, as they are shown
Upstream = Callable[[str], Iterable[str]]
NOTHING_UPSTREAM: Upstream = lambda _: ()  # noqa: E731 - a value of the type above


@dataclass(frozen=True)
class Now:
    """The present: the spec's data, the hash of a path (None: not there), and how to tell a changed path's causes."""

    spec: Any
    hash: Callable[[str], str | None]
    explain: Callable[[str, str | None, str | None], Iterator[Cause]]
    upstream: Upstream = NOTHING_UPSTREAM


def plan_stages(stages: tuple[Stage, ...], before: Lock, now: Now) -> tuple[StagePlan, ...]:
    """Each stage with its causes; one that reads what a running stage writes runs after it."""
    found: dict[str, StagePlan] = {}
    for stage in stages:
        others = [other for other in stages if other is not stage]
        own = _own(stage, before.get(stage.name), now, others)
        waits = [other.name for other in others if other.feeds(stage) and found[other.name].runs]
        waits += (name for path in stage.reads for name in now.upstream(path))
        found[stage.name] = StagePlan(stage.name, (*own, *(Cause("after", name) for name in dict.fromkeys(waits))))
    return tuple(found.values())


def _own(stage: Stage, locked: LockedStage | None, now: Now, others: list[Stage]) -> Iterator[Cause]:
    if locked is None:
        yield Cause("first", stage.name)
        return
    if stage.command != locked.command:
        yield Cause("command", stage.name, locked.command, stage.command)
    yield from _params(stage, locked, now.spec)
    yield from _inputs(stage, locked, now, others)
    for path in sorted(set(stage.writes) ^ set(locked.writes)):
        yield Cause("output", path, _present(path in locked.writes), _present(path in stage.writes))


def _params(stage: Stage, locked: LockedStage, spec: Any) -> Iterator[Cause]:
    """DVC itself overlooks a key that is no longer declared; what it stood for has another value now all the same."""
    for key in dict.fromkeys((*stage.keys, *locked.params)):
        new = at(spec, key) if key in stage.keys else ABSENT
        for each in differences(key, locked.params.get(key, ABSENT), new):
            yield Cause("param", each.key, shown(each.old), shown(each.new))


def _inputs(stage: Stage, locked: LockedStage, now: Now, others: list[Stage]) -> Iterator[Cause]:
    for path in dict.fromkeys((*stage.reads, *locked.reads)):
        if any(other.makes(path) for other in others):  # a change of its content is the other stage's cause
            if (path in stage.reads) != (path in locked.reads):
                yield Cause("input", path, _present(path in locked.reads), _present(path in stage.reads))
            continue
        before, after = locked.reads.get(path), now.hash(path) if path in stage.reads else None
        if before != after or after is None:
            yield from now.explain(path, before, after)


def _present(there: bool) -> str | None:
    return "there" if there else None
