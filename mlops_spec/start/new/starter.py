"""Starters: working repositories in the template folder, renamed for a new repository."""

from __future__ import annotations

import keyword
import re
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from mlops_spec import model_folder
from mlops_spec.document import safe_yaml
from mlops_spec.errors import Failure
from mlops_spec.render.template import TEMPLATE
from mlops_spec.spec.base import BranchName, ModelName, Owner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_STARTERS = TEMPLATE / "starter"
_LEFTOVERS = {"__pycache__", ".pytest_cache", ".ruff_cache", ".venv", "build"}
DEFAULT = "credit-default"


@dataclass(frozen=True)
class Names:
    """What a repository calls itself, and who answers for it."""

    model: str
    owners: tuple[str, ...]

    @property
    def package(self) -> str:
        """The import name of its code."""
        return self.model.replace("-", "_")


def starters() -> tuple[str, ...]:
    """The names of the starters, the default first."""
    return tuple(
        sorted((path.name for path in _STARTERS.iterdir() if path.is_dir()), key=lambda name: (name != DEFAULT, name))
    )


def own_names(starter: str) -> Names:
    """The names that a starter carries itself.

    Raises:
        Failure: there is no such starter.
    """
    if starter not in starters():
        raise Failure(f"no starter `{starter}`", remedy=f"there are {', '.join(starters())}")
    spec = safe_yaml.load((_STARTERS / starter / model_folder.SPEC).read_text(encoding="utf-8"))
    return Names(spec["model"], tuple(spec["owners"]))


def checked(names: Names) -> Names:
    """The names, if the spec and Python's imports take them.

    Raises:
        Failure: says which name they don't, and what would be right.
    """
    if not _is(ModelName, names.model):
        raise Failure(
            f"`{names.model}` can't be a model's name",
            remedy="small letters and digits in words joined by hyphens, such as credit-default (option --name)",
        )
    if keyword.iskeyword(names.package) or names.package in sys.stdlib_module_names:
        raise Failure(f"the package `{names.package}` would hide Python's own", remedy="choose another --name")
    for owner in names.owners:
        if not _is(Owner, owner):
            raise Failure(f"`{owner}` is not an owner", remedy="@user or @organization/team, as GitHub names them")
    return names


def checked_branch(branch: str) -> str:
    """The name of the default branch, if the spec takes it.

    Raises:
        Failure: it doesn't.
    """
    if not _is(BranchName, branch):
        raise Failure(f"`{branch}` can't be the default branch", remedy="take another, such as --branch main")
    return branch


def name_branch(spec: Path, branch: str) -> None:
    """Writes into a starter's spec which branch it is released from."""
    text = re.sub(
        r"(?m)^owners: .*$", lambda owners: f"{owners[0]}\nbranch: {branch}", spec.read_text(encoding="utf-8")
    )
    spec.write_text(text, encoding="utf-8")


def copy(starter: str, names: Names, into: Path) -> None:
    """Copies a starter's files, its names replaced in their paths and texts; data is copied as it is."""
    rename = _renamer(own_names(starter), names)
    for file in _files(_STARTERS / starter):
        target = into / rename(file.relative_to(_STARTERS / starter).as_posix())
        target.parent.mkdir(parents=True, exist_ok=True)
        if _is_data(file.relative_to(_STARTERS / starter)):
            shutil.copyfile(file, target)
        else:
            target.write_text(rename(file.read_text(encoding="utf-8")), encoding="utf-8")


def _is_data(path: Path) -> bool:
    """Whether a file is rows, or one that rows name: all below `data/` that is not there for people."""
    return path.parts[0] == "data" and path.suffix != ".md"


def _renamer(old: Names, new: Names) -> Callable[[str], str]:
    replaced = {old.model: new.model, old.package: new.package, _quoted(old.owners): _quoted(new.owners)}
    pattern = re.compile("|".join(map(re.escape, replaced)))
    return lambda text: pattern.sub(lambda found: replaced[found[0]], text)


def _quoted(owners: tuple[str, ...]) -> str:
    return ", ".join(f'"{owner}"' for owner in owners)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in _LEFTOVERS:
            continue
        if path.is_dir():
            yield from _files(path)
        else:
            yield path


def _is(kind: Any, value: str) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True
