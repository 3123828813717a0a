"""The names of models in one state of the repository, by their folders."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from mlops_spec.document import safe_yaml
from mlops_spec.model_folder import SPEC

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import PurePosixPath

    from mlops_spec.plan.many.objects import Objects

_NAME = re.compile(rb"^model:[ \t]+([a-z0-9-]+)[ \t]*(?:#.*)?\r?$", re.MULTILINE)


def names_at(objects: Objects, revision: str, folders: Iterable[PurePosixPath]) -> dict[PurePosixPath, str]:
    """What the spec in each of the folders calls its model; none for one that says it in no readable way."""
    listed = tuple(folders)
    contents = objects.contents(revision, [folder / SPEC for folder in listed])
    named = ((folder, name_in(content)) for folder, content in zip(listed, contents, strict=True) if content)
    return {folder: name for folder, name in named if name}


def name_in(content: bytes) -> str:
    """The model's name in a spec's bytes: nearly always a line that needs no parser."""
    found = _NAME.findall(content)
    if len(found) == 1:
        return str(found[0].decode())
    try:
        return str(safe_yaml.load(content)["model"])
    except (yaml.YAMLError, TypeError, KeyError, UnicodeDecodeError, RecursionError):
        return ""
