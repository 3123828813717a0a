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
from mlops_spec.platforms.github.workflow.expansion import program
from mlops_spec.platforms.github.workflow.jobs import GENERATED
from mlops_spec.platforms.github.workflow.named_files import PIPELINE
from mlops_spec.platforms.github.workflow.stages import stages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow
    from mlops_spec.platforms.github.workflow.stages import Stage

CODE = "MS594"
NAME = "unlisted-input"
SEVERITY: Severity = "error"

PARAMS = "params.yaml"


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
        )
        if unlisted := [path for path in read if not _is_covered(path, [*stage.reads, *stage.writes])]:
            message = f"`{stage.name}` reads {listed(unlisted)}, and does not run anew when that changes"
            place = (*stage.parts, "deps") if (*stage.parts, "deps") in document.nodes else stage.place
            yield Finding(place, message, "add it to its `deps`", at_key=True, document=document)
        if stage.frozen:
            message = "a frozen stage never runs again, whatever changes"
            yield Finding((*stage.parts, "frozen"), message, "take it out", at_key=True, document=document)


def _paths_read(stage: Stage, folder: str, delivery: Delivery) -> set[str]:
    found: set[str] = set()
    for script in stage.scripts:
        for command in commands(script):
            found |= {_plain(word.rpartition("=")[2]) for word in command.words}
            if started := program(command.words, delivery.sources, "" if folder == "." else folder):
                found |= {_plain(str(text.value)) for text in started.texts}
    return found


def _started_files(stage: Stage, folder: str, delivery: Delivery) -> set[str]:
    found = set()
    for script in stage.scripts:
        for command in commands(script):
            if started := program(command.words, delivery.sources, "" if folder == "." else folder):
                path = next(
                    path for path, each in delivery.sources.items() if each.file == started.python.document.file
                )
                found.add(path.removeprefix(f"{folder}/"))
    return found


def _plain(path: str) -> str:
    return path.removeprefix("./").rstrip("/")


def _is_covered(path: str, known: Sequence[str]) -> bool:
    plain = [_plain(each) for each in known]
    return any(path == each or path.startswith(f"{each}/") or each.startswith(f"{path}/") for each in plain)
