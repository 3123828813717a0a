"""The stages of a `dvc.yaml` as `dvc repro` runs them; https://dvc.org/doc/user-guide/project-structure/dvcyaml-files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.platforms.github.workflow.typed import items, mapping, names, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Address

_DEEP = 50


class Stage(NamedTuple):
    """One stage; `reads` and `writes` are paths from the folder of the file, `parts` where its keys stand."""

    name: str
    parts: Address
    scripts: Sequence[str]
    reads: Sequence[str]
    writes: Sequence[str]
    frozen: bool
    params: bool  # whether it names parameters

    @property
    def place(self) -> Address:
        return (*self.parts, "cmd")


def stages(document: Document) -> list[Stage]:
    found = []
    for name, data in mapping(mapping(document.data).get("stages")).items():
        inner = mapping(data).get("do")
        parts: Address = ("stages", name, "do") if inner is not None else ("stages", name)
        found.append(_stage(str(name), parts, mapping(inner if inner is not None else data)))
    return found


def in_order(found: Sequence[Stage], wanted: Sequence[str]) -> Iterator[Stage]:
    """The stages that `dvc repro` runs for these, without any for all: what writes a file before what reads it."""
    known = {each.name: each for each in found}
    writer = {path: each for each in found for path in each.writes}
    done: set[str] = set()

    def run(stage: Stage, levels: int) -> Iterator[Stage]:
        if stage.name in done or not levels:
            return
        done.add(stage.name)
        for path in stage.reads:
            if path in writer:
                yield from run(writer[path], levels - 1)
        yield stage

    for name in [each for each in wanted if each in known] or list(known):
        yield from run(known[name], _DEEP)


def _stage(name: str, parts: Address, data: Mapping[str, object]) -> Stage:
    writes = [path for key in ("outs", "metrics", "plots") for path in _paths(data.get(key))]
    frozen = text(data.get("frozen")) == "true"
    return Stage(name, parts, names(data.get("cmd")), _paths(data.get("deps")), writes, frozen, "params" in data)


def _paths(value: object) -> list[str]:
    listed = items(value) or list(mapping(value))
    return [text(next(iter(each))) if isinstance(each, dict) and each else text(each) for each in listed]
