"""Files that tell programs what to do, beside those that commands name: settings, graphs of tasks, modules."""

from __future__ import annotations

import posixpath
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.named_files import PIPELINE
from mlops_spec.regex import regex
from mlops_spec.repository.imports import Hidden, imports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARAMS, BENTO, COG, DATABRICKS = "params.yaml", "bentofile.yaml", "cog.yaml", "databricks.yml"
_SWEEP = regex(r"(?<![\w./$-])(?:\./)?((?:[\w.-]{1,80}/){0,6}[\w.-]{0,60}(?:sweep|katib|hpo)[\w.-]{0,60}\.ya?ml)\b")
_SWEEP_FILE = regex(r".*(sweep|katib|hpo).*\.ya?ml")
_GRAPHS = regex(r"(?<![\w./-])(?:\./)?((?:[\w.-]{1,60}/){0,4}dags)\b")
_MANIFEST = regex(
    r"(?:kubectl|oc|helm)\b[^\n]{0,200}?(?:-f|--filename|--values)[ =][\"']?(?:\./)?([\w./-]{1,160}\.ya?ml)\b"
)
_EDITED = regex(r"\bsed\b[^\n|]{0,300}?([\w./-]{1,160}\.ya?ml)\b[^\n]{0,60}\|\s*(?:kubectl|oc)\b")
_MOST = 50

_OF_TOOLS = (("bentoml", BENTO), ("cog ", COG), ("databricks", DATABRICKS))


def is_settings(path: str) -> bool:
    """Whether a YAML file of this path tells a program what to do, and is no workflow."""
    name = PurePosixPath(path)
    if ".github" in name.parts or name.suffix not in (".yml", ".yaml") or name.stem == "action":
        return False
    known = name.name in (PIPELINE, PARAMS, BENTO, COG, DATABRICKS) or bool(_SWEEP_FILE.fullmatch(name.name))
    return known or len(name.parts) > 1  # a workflow lies in `.github`, or is named alone


def companions(root: Path, path: str, text: str) -> Iterator[str]:
    """The paths from the root of what goes with a file of this path and text; some may not be there."""
    if path.endswith(PIPELINE):
        yield posixpath.join(posixpath.dirname(path), PARAMS)
    if path.endswith(".py"):
        return
    yield from _SWEEP.findall(text)
    yield from (*_MANIFEST.findall(text), *_EDITED.findall(text))
    yield from (file for word, file in _OF_TOOLS if word in text)
    if "databricks" in text:
        folder = root / "resources"
        yield from (each.relative_to(root).as_posix() for each in islice(sorted(folder.glob("*.yml")), _MOST))
    for folder in _GRAPHS.findall(text):
        found = sorted((root / folder).glob("*.py")) if ".." not in PurePosixPath(folder).parts else []
        yield from (each.relative_to(root).as_posix() for each in islice(found, _MOST))


def imported(path: str, text: str) -> Iterator[str]:
    """The paths at which modules may lie that a Python file imports: beside it, at the root, below `src`."""
    beside = posixpath.dirname(path)
    for each in imports(text):
        if isinstance(each, Hidden):
            continue
        base = beside
        for _ in range(each.level - 1):
            base = posixpath.dirname(base)
        for folder in [base] if each.level else dict.fromkeys([beside, "", "src"]):
            whole = posixpath.join(folder, each.module.replace(".", "/"))
            inside = [posixpath.join(whole, name) for name in each.names]
            yield from (f"{found}.py" for found in (whole, *inside))
