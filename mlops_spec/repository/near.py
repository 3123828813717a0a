"""What the other models of a repository mean for one: names, folders and environments that are the same or in the way.

Specs are not parsed for it: a repository may have a thousand, and what is told here changes with few of their changes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.git import Git
from mlops_spec.model_folder import SPEC
from mlops_spec.regex import regex
from mlops_spec.repository.models import folders_here, meant, name_in
from mlops_spec.repository.root import in_submodule, inside, root_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

_ENVIRONMENTS = regex(rb"^environments:.*\n?(?:(?:[ \t#].*)?\n|[ \t#].*$)*", re.MULTILINE)


class Near(NamedTuple):
    """What there is beside a model, by the folders of others from the repository's root."""

    #: models of the same name
    twins: tuple[str, ...] = ()
    #: models whose folder holds this one's, and those whose folder this one's holds
    around: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    #: each text of the section `environments`, its own too, with the first model that has it, if that comes before
    environments: tuple[tuple[str, str], ...] = ()
    #: whether it lies in a submodule of another repository
    in_submodule: bool = False


NOBODY = Near()


def near(folders: Collection[Path], patterns: Sequence[str]) -> dict[Path, Near]:
    """What there is beside the models in these folders of one checkout; a folder is named as the caller has it.

    `patterns` are those of the repository's settings, by which a folder is one of a model.
    """
    root = root_of(next(iter(folders)))
    specs = _specs(root, patterns)
    twins: dict[str, list[str]] = defaultdict(list)
    texts: dict[str, str] = {}
    for folder, content in specs.items():
        twins[name_in(content)].append(folder)
        texts.setdefault(_environments(content), folder)
    apart = in_submodule(root)
    places = {folder: str(inside(folder, root)) for folder in folders}
    return {folder: _near(place, specs, twins, texts)._replace(in_submodule=apart) for folder, place in places.items()}


def _specs(root: Path, patterns: Sequence[str]) -> dict[str, bytes]:
    folders = meant(folders_here(Git.open(root)), patterns)
    return {str(folder): (root / folder / SPEC).read_bytes() for folder in folders}


def _near(place: str, specs: Mapping[str, bytes], twins: Mapping[str, list[str]], texts: Mapping[str, str]) -> Near:
    if place not in specs:
        return NOBODY
    own = specs[place]
    return Near(
        twins=tuple(each for each in twins[name_in(own)] if each != place and name_in(own)),
        around=tuple(each for each in _above(place) if each in specs),
        below=tuple(each for each in specs if place in _above(each)) if place == "." or _holds(place, specs) else (),
        environments=tuple((folder, text) for text, folder in texts.items() if text and folder < place),
    )


def _holds(place: str, specs: Mapping[str, bytes]) -> bool:
    return any(each.startswith(f"{place}/") for each in specs)


def _above(place: str) -> Iterator[str]:
    return (str(each) for each in PurePosixPath(place).parents)


def _environments(content: bytes) -> str:
    found = _ENVIRONMENTS.search(content)
    return found[0].decode(errors="replace") if found else ""
