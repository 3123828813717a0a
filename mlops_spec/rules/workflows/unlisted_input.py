"""A stage names all that it reads.

`dvc repro` runs a stage anew when one of its `deps` has changed. What a stage reads and does not name may change
without that: the evaluation is then that of an older model, and nobody is told. A frozen stage never runs.

Bad:

    jobs:
      train:
        steps:
          - run: uv run --no-sync dvc repro
    # dvc.yaml
    stages:
      train:
        cmd: python -m example.train
        outs: [build/model.skops]
      score:
        cmd: python -m example.score --model build/model.skops
        deps: [data/test.parquet]
        metrics: [build/metrics.json]

Good:

    jobs:
      train:
        steps:
          - run: uv run --no-sync dvc repro
    # dvc.yaml
    stages:
      train:
        cmd: python -m example.train
        outs: [build/model.skops]
      score:
        cmd: python -m example.score --model build/model.skops
        deps: [data/test.parquet, build/model.skops]
        metrics: [build/metrics.json]

Fix: add it to the `deps` of the stage.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import listed
from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.command import commands
from mlops_spec.platforms.github.workflow.companions import PARAMS, imported
from mlops_spec.platforms.github.workflow.expansion import program
from mlops_spec.platforms.github.workflow.jobs import GENERATED
from mlops_spec.platforms.github.workflow.named_files import PIPELINE
from mlops_spec.platforms.github.workflow.parameters import params_read
from mlops_spec.platforms.github.workflow.stages import stages
from mlops_spec.platforms.github.workflow.typed import items, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow
    from mlops_spec.platforms.github.workflow.program import Program
    from mlops_spec.platforms.github.workflow.stages import Stage

CODE = "MS594"
NAME = "unlisted-input"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    repro = any("dvc" in each.words[:5] and {"repro", "exp"} & {*each.words[:7]} for _, _, each in workflow.commands())
    if not repro:
        return
    for path, document in delivery.sources.items():
        if PurePosixPath(path).name == PIPELINE and not document.text.startswith(GENERATED):
            yield from _of(document, str(PurePosixPath(path).parent), delivery)


def _of(document: Document, folder: str, delivery: Delivery) -> Iterator[Finding]:
    found = stages(document)
    pointers = [path.removesuffix(".dvc") for path in delivery.sources if path.endswith(".dvc")]
    tracked = {
        str(PurePosixPath(each).relative_to(folder)) for each in pointers if PurePosixPath(each).is_relative_to(folder)
    }
    for stage in found:
        made = {_plain(path) for each in found if each.name != stage.name for path in each.writes}
        made |= {PARAMS} if not stage.params and stage.reads else set()
        made |= tracked
        read = sorted(
            (_paths_read(stage, folder, delivery) & made)
            | (_started_files(stage, folder, delivery) if stage.reads else set())
            | (_imported_files(stage, folder, delivery) if stage.reads else set())
        )
        if unlisted := [path for path in read if not _is_covered(path, [*stage.reads, *stage.writes])]:
            message = f"`{stage.name}` reads {listed(unlisted)}, and does not run anew when that changes"
            place = (*stage.parts, "deps") if (*stage.parts, "deps") in document.nodes else stage.place
            yield Finding(place, message, "add it to its `deps`", at_key=True, document=document)
        if unnamed := _unnamed_params(document, stage, folder, delivery):
            message = f"`{stage.name}` takes {listed(unnamed)} of `{PARAMS}`, and does not run anew when that changes"
            yield Finding((*stage.parts, "params"), message, "add it to its `params`", at_key=True, document=document)
        if stage.frozen:
            message = "a frozen stage never runs again, whatever changes"
            yield Finding((*stage.parts, "frozen"), message, "take it out", at_key=True, document=document)


def _paths_read(stage: Stage, folder: str, delivery: Delivery) -> set[str]:
    words = {word for script in stage.scripts for command in commands(script) for word in command.words}
    texts = {str(each.value) for started in _programs(stage, folder, delivery) for each in started.texts}
    return {_plain(word.rpartition("=")[2]) for word in words} | set(map(_plain, texts))


def _started_files(stage: Stage, folder: str, delivery: Delivery) -> set[str]:
    files = {started.python.document.file for started in _programs(stage, folder, delivery)}
    return {path.removeprefix(f"{folder}/") for path, each in delivery.sources.items() if each.file in files}


def _imported_files(stage: Stage, folder: str, delivery: Delivery) -> set[str]:
    """The modules of the repository that a stage's programs import, and those that these do."""
    found: set[str] = set()
    waiting = [str(PurePosixPath(folder, path)) for path in _started_files(stage, folder, delivery)]
    while waiting:
        path = waiting.pop()
        for each in imported(path, delivery.sources[path].text) if path in delivery.sources else ():
            if each in delivery.sources and each not in found:
                found.add(each)
                waiting.append(each)
    return {each.removeprefix(f"{folder}/") for each in found}


def _unnamed_params(document: Document, stage: Stage, folder: str, delivery: Delivery) -> list[str]:
    """The parameters that a stage takes and does not name, where it names others."""
    data: object = document.data
    for part in stage.parts:
        data = mapping(data).get(str(part))
    given = items(mapping(data).get("params"))
    every = delivery.sources.get(str(PurePosixPath(folder, PARAMS)))
    if not given or every is None or PARAMS in stage.reads or not all(isinstance(each, str) for each in given):
        return []
    taken = {name for started in _programs(stage, folder, delivery) for name in params_read(started)}
    named = [f"{each}." for each in given]
    return sorted(each for each in taken if _is_leaf(every.data, each) and not any(map(f"{each}.".startswith, named)))


def _programs(stage: Stage, folder: str, delivery: Delivery) -> Iterator[Program]:
    for command in (each for script in stage.scripts for each in commands(script)):
        if started := program(command.words, delivery.sources, "" if folder == "." else folder):
            yield started


def _is_leaf(data: object, name: str) -> bool:
    for part in name.split("."):
        if part not in mapping(data):
            return False
        data = mapping(data)[part]
    return not isinstance(data, dict)


def _plain(path: str) -> str:
    return path.removeprefix("./").rstrip("/")


def _is_covered(path: str, known: Sequence[str]) -> bool:
    plain = [_plain(each) for each in known]
    return any(path == each or path.startswith(f"{each}/") or each.startswith(f"{path}/") for each in plain)
