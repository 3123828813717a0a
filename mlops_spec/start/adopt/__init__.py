"""Adoption of a repository without a spec: a draft from its own files, and the steps left to do."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from mlops_spec import layout, model_folder
from mlops_spec.engines.adoption import draft
from mlops_spec.engines.files import PIPELINE
from mlops_spec.engines.source import read
from mlops_spec.errors import Exit, Failure
from mlops_spec.repository.listing import default_branch, place_in_tree
from mlops_spec.start.adopt import recipe, storage
from mlops_spec.start.adopt.steps import steps
from mlops_spec.system.files import make_folder, write_atomic

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mlops_spec.engines.drawn import Step

#: file → what reads it, in the order of preference
SOURCES = {str(PIPELINE): draft, "recipe.yaml": recipe.draft}
_OPEN = re.compile(r"\b(TODO|todo)\b")


class Adopted(NamedTuple):
    """A spec that was written, the file that it was drawn from, and all that is left to do, in order."""

    spec: Path
    source: Path
    #: the lines that are still to be answered
    questions: dict[int, str]
    steps: tuple[Step, ...]


def adopt(root: Path, source: str = "", stage: str = "") -> Adopted:
    """Writes `model.yaml` from `source`, or from the first of `SOURCES` that the repository has.

    `stage` names the one that trains, where several might. Commands that need a shell become scripts in
    `scripts/adopted`.

    Raises:
        Failure: there is a spec already, nothing to draw one from, or a file that can't be read or written.
    """
    spec = root / model_folder.SPEC
    _refuse_there(spec)
    _refuse_inside(root, source)
    name = source or next((name for name in SOURCES if (root / name).is_file()), "")
    if not name:
        raise Failure(
            f"{root}: neither {' nor '.join(SOURCES)} to draw a spec from",
            remedy="name one with --from, or begin with `mlops-spec new`",
        )
    reader, folder = _reader_of(name)
    drawn = reader(root, read(root / name), stage, folder)
    whole = _completed(root, drawn.sections)
    written = text(whole, name)
    for path in drawn.scripts:
        _refuse_there(root / path)
    for path, script in drawn.scripts.items():
        _write_new(root / path, script)
    _write_new(spec, written)
    lines = enumerate(written.splitlines(), start=1)
    questions = {number: line.strip() for number, line in lines if number > 1 and _OPEN.search(line)}
    return Adopted(spec, root / name, questions, steps(root, drawn, name, whole["model"]))


def _refuse_there(file: Path) -> None:
    if os.path.lexists(file):
        raise Failure(f"{file} is there already", remedy="`adopt` never writes over it: move it away to begin again")


def _refuse_inside(root: Path, source: str) -> None:
    """GitHub reads workflows at the root of a repository alone, and there Git and DVC look for all else."""
    if inside := place_in_tree(root):
        name = source or next((name for name in SOURCES if (root / name).is_file()), str(PIPELINE))
        above = os.path.relpath(root.absolute().parents[inside.count("/")])
        raise Failure(
            f"{root.absolute()} lies in a repository, and GitHub reads workflows at its root alone",
            remedy=f"adopt it there: mlops-spec adopt -C {above} --from {inside}/{name}",
        )


def _reader_of(name: str) -> tuple[Any, str]:
    folder, _, kind = name.replace("\\", "/").rpartition("/")
    if kind not in SOURCES:
        raise Failure(f"{name}: a spec is drawn from {' or '.join(SOURCES)}, known by these names")
    return SOURCES[kind], folder.removeprefix("./")


def text(draft: Mapping[str, Any], source: str) -> str:
    """The draft as YAML, a section at a time."""
    head = f"# Drawn from {source} by `mlops-spec adopt`: answer each TODO, `mlops-spec lint` points at them.\n"
    parts = [(isinstance(value, dict) or key == "gates", {key: value}) for key, value in draft.items()]
    return head + "".join("\n" * apart + _dumped_flow(part) for apart, part in parts)


def _dumped_flow(part: Mapping[str, Any]) -> str:
    (value,) = part.values()
    flow = None if isinstance(value, (dict, list)) else False
    return yaml.safe_dump(part, sort_keys=False, default_flow_style=flow, allow_unicode=True, width=110)


def _completed(root: Path, drawn: Mapping[str, Any]) -> dict[str, Any]:
    name = slug(drawn.get("model") or root.resolve().name)
    head: dict[str, Any] = {"spec": 1, "model": name, "task": "TODO", "owners": ["@TODO"]}
    if (branch := default_branch(root)) != layout.MAIN_BRANCH:
        head["branch"] = branch
    return head | {key: value for key, value in drawn.items() if key != "model"} | storage.section(root)


def slug(name: str) -> str:
    """A name as the spec has models' names.

    >>> slug("Taxi_Fare Regressor 2")
    'taxi-fare-regressor-2'
    """
    words = re.findall(r"[a-z0-9]+", name.lower())
    while words and not words[0][0].isalpha():
        words = words[1:]
    return "-".join(words)[:63].strip("-") or "my-model"


def _write_new(file: Path, content: str) -> None:
    try:
        make_folder(file.parent)
        write_atomic(file, content)
    except OSError as error:
        raise Failure(f"{file}: can't be written: {error.strerror}", exit_code=Exit.CONFIG) from error
