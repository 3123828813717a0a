"""The corpus of seeded defects, as data: each is one change of a clean repository, with what is to be found and where.

A defect has `repository`, a folder of tests/render with a spec and what is rendered from it; `file`; `find`, which
stands once in the file, and what it is `replace`d by; the `code` to find; `at`, the first text of the line to find it
on, or none for the first line that differs; and `also`, codes that may be found besides. `besides` are files that the
change adds, by path, and `where` is which of them has it.
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).parent
REPOSITORIES = HERE.parent / "render"
SPEC = "model.yaml"


class Defect(NamedTuple):
    """One change that somebody might make, and must not."""

    id: str
    repository: str
    file: str
    find: str
    replace: str
    code: str
    at: str = ""
    also: tuple[str, ...] = ()
    besides: Mapping[str, str] = MappingProxyType({})
    where: str = ""

    @property
    def root(self) -> Path:
        """Where the rendered files of its repository lie; the spec is beside that folder."""
        return REPOSITORIES / self.repository / "expected"

    @property
    def spec(self) -> Path:
        return self.root.parent / SPEC

    @property
    def clean(self) -> str:
        """The file's text without the defect."""
        file = self.spec if self.file == SPEC else self.root / self.file
        return file.read_text(encoding="utf-8")

    @property
    def text(self) -> str:
        """The file's text with the defect."""
        if self.clean.count(self.find) != 1:
            raise ValueError(f"{self.id}: `find` is not once in {self.file}")
        return self.clean.replace(self.find, self.replace)

    @property
    def line(self) -> int:
        """The line, from 1, that the defect is to be found on."""
        if self.where:
            return self.besides[self.where].partition(self.at)[0].count("\n") + 1
        if self.at:
            return self.text[: self.text.index(self.at)].count("\n") + 1
        pairs = zip(self.clean.splitlines(), self.text.splitlines(), strict=False)
        return next(number for number, (old, new) in enumerate(pairs, start=1) if old != new)


def defects() -> list[Defect]:
    """All of the corpus, in the order of its files."""
    return [
        Defect(**each | {"also": tuple(each.get("also", ()))})
        for file in sorted(HERE.glob("*.yaml"))
        for each in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]
