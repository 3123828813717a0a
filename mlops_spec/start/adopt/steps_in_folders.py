"""Steps from drafts in folders to a repository of many models that runs, gates and renders, in order."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.engines.adoption import brought, data_steps, own_repositories, setup_steps
from mlops_spec.engines.drawn import Step
from mlops_spec.engines.files import LOCK, PIPELINE
from mlops_spec.git import Git
from mlops_spec.layout import PROJECT
from mlops_spec.repository.root import is_repository
from mlops_spec.start.adopt import project, surroundings
from mlops_spec.start.adopt.draft_text import slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from mlops_spec.engines.adoption import Pipeline
    from mlops_spec.engines.drawn import Drawn
    from mlops_spec.start.adopt.places import Trained
    from mlops_spec.start.adopt.relocated import Relocated


@dataclass(frozen=True)
class Part:
    """One model of those that are adopted: where it comes from, its draft, and that as its folder has it."""

    trained: Trained
    drawn: Drawn
    found: Relocated


def steps(root: Path, parts: Sequence[Part], left: Iterable[Pipeline]) -> tuple[Step, ...]:
    """First what the tools need, once; then each model's data and questions; then what shows that all work."""
    specs = " ".join(str(part.trained.folder / model_folder.SPEC) for part in parts)
    return (
        *surroundings.git_steps(root),
        *project.steps(root, slug(root.resolve().name), begun=True),
        *setup_steps(root),
        *own_repositories(root, [part.trained.base for part in parts]),
        *(each for part in parts for each in _of_model(root, part)),
        *_left(left),
        *_old_pipelines(root, parts),
        Step(f"answer what is marked TODO in {PROJECT}, once for all, and in {specs}"),
        Step("until no error is left; a warning says what else to look at", "uv run mlops-spec lint"),
        Step("write the pipelines, the workflows and all else that follows", _render(root, parts)),
        Step("again, now that it sees the workflows", "uv run mlops-spec lint"),
        Step("commit what was written", "git add --all && git commit --message 'Adopt mlops-spec'"),
        Step("train, measure and package all; --model NAME for one", "uv run mlops-spec run --all"),
        Step("judge them", "uv run mlops-spec gate"),
        Step(
            "give the gates bounds that the rows bear", "uv run mlops-spec power --suggest && uv run mlops-spec render"
        ),
        Step("judge them by these", "uv run mlops-spec run --all && uv run mlops-spec gate"),
        Step("see each gate stop what it must", "uv run mlops-spec drill"),
        Step("commit the bounds", "git diff --quiet || git commit --all --message 'Set bounds that the rows bear'"),
    )


def _of_model(root: Path, part: Part) -> Iterator[Step]:
    trained, path = part.trained, root / part.trained.folder
    here = part.drawn.placed(part.found.sections)
    if part.found.brought:
        source, target = part.found.brought
        git = Git(root) if is_repository(root) else None
        yield from (_in_front(trained, each) for each in brought(root, git, source, trained.folder, target))
    elif path.is_dir():
        git = Git(path) if is_repository(root) else None
        yield from (_inside(trained, each) for each in data_steps(path, git, here, str(PIPELINE)))
    table = root / (part.found.brought[0] if part.found.brought else trained.folder / here.table)
    if here.table != "TODO":
        yield from (_inside(trained, each) for each in surroundings.column_steps(table, here.table))
    yield from (_in_front(trained, each) for each in dict.fromkeys(part.drawn.left))
    yield from (_inside(trained, each) for each in surroundings.kept_by_git(path, here))


def _in_front(trained: Trained, step: Step) -> Step:
    return Step(f"{trained.folder}: {step.what}", step.command)


def _inside(trained: Trained, step: Step) -> Step:
    """A step whose command is given in the model's folder."""
    command = f"(cd {shlex.quote(str(trained.folder))} && {step.command})" if step.command else ""
    return Step(f"{trained.folder}: {step.what}", command)


def _left(pipelines: Iterable[Pipeline]) -> Iterator[Step]:
    for each in pipelines:
        yield Step(
            f"{each.name} trains nothing that says so, and stays as it is: what it writes is data for the models; "
            f"`adopt --from {each.name} --stage NAME` makes a model of it"
        )


def _old_pipelines(root: Path, parts: Iterable[Part]) -> Iterator[Step]:
    """The files of the old pipelines, which the rendered ones would contradict."""
    git = Git(root) if is_repository(root) else None
    there = dict.fromkeys(str(part.trained.base / name) for part in parts for name in (PIPELINE, LOCK))
    for path in [path for path in there if (root / path).is_file()]:
        quoted = shlex.quote(path)
        yield Step(
            f"{path}: from now on each model's folder has its own, rendered from its spec",
            f"git rm --quiet --force {quoted}" if git and git.tracks(path) else f"rm -f {quoted}",
        )


def _render(root: Path, parts: Iterable[Part]) -> str:
    cards = [str(part.trained.folder / model_folder.CARD) for part in parts]
    there = [shlex.quote(card) for card in cards if (root / PurePosixPath(card)).is_file()]
    return " ".join(["uv run mlops-spec render", *(f"--adopt {card}" for card in there)])
