"""What all models of an adopted repository share: the table `[tool.mlops-spec]` of the root's `pyproject.toml`."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from mlops_spec.document import toml
from mlops_spec.errors import Exit, Failure
from mlops_spec.layout import MAIN_BRANCH, PROJECT, TABLE
from mlops_spec.repository.listing import default_branch
from mlops_spec.repository.root import project_of
from mlops_spec.start.adopt import storage
from mlops_spec.start.adopt.draft_text import slug

if TYPE_CHECKING:
    from pathlib import Path

_NAME = ".".join(TABLE)
_BEGIN = """\
[project]
name = "{name}"
version = "0"
requires-python = ">=3.11"
dependencies = []

[tool.uv]
package = false # the code is found in models' folders
"""


def with_settings(root: Path) -> tuple[bytes | None, str] | None:
    """The root's `pyproject.toml` as it is and with the table; None where it has one.

    Raises:
        Failure: it is no TOML, or one that the table can't be added to (exit 78).
    """
    old = project_of(root)
    before = _BEGIN.format(name=slug(root.resolve().name)) if old is None else _text(old)
    if re.search(rf"^\[{re.escape(_NAME)}[.\]]", before, re.MULTILINE):
        return None
    new = f"{before.rstrip()}\n\n" + "\n".join(_lines(root)) + "\n"
    _parsed(new, f"add [{_NAME}] by hand: `mlops-spec explain {_NAME}`")
    return old, new


def _text(content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise Failure(f"{PROJECT}: byte {error.start} is not UTF-8", exit_code=Exit.CONFIG) from None
    _parsed(text, "mend it first")
    return text


def _parsed(text: str, remedy: str) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise Failure(f"{PROJECT}: not TOML: {broken}", exit_code=Exit.CONFIG, remedy=remedy) from None


def _lines(root: Path) -> list[str]:
    lines = [f"[{_NAME}] # what all models share: `mlops-spec explain {_NAME}`", 'owners = ["@TODO"]']
    if (branch := default_branch(root)) != MAIN_BRANCH:
        lines.append(f"branch = {toml.written(branch)}")
    for name, section in storage.section(root).items():
        lines += ["", f"[{_NAME}.{name}]"]
        lines += [f"{key} = {toml.written(value)}" for key, value in section.items()]
    return lines
