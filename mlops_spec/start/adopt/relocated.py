"""A draft as it is seen from its model's own folder, where commands run and write.

Code and settings stay where they are, and are reached by `../`. Tables are brought, and outputs begin anew.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mlops_spec.regex import regex
from mlops_spec.spec.stages import overlap, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePosixPath

    from mlops_spec.engines.drawn import Drawn
    from mlops_spec.start.adopt.places import Trained

_TODO = "TODO"
_OUT = "../"
_ENTERS = regex(r"(\nset -e\ncd )([^\n;&|$]+)$", re.MULTILINE)


@dataclass
class Relocated:
    """The sections as the model's own folder has them; of the table of all rows, where it lies now and is to lie."""

    sections: dict[str, Any]
    brought: tuple[str, str] | None = None
    #: path from the pipeline's folder → path in the model's, of what stages write
    outputs: dict[str, str] = field(default_factory=dict)


def relocated(drawn: Drawn, trained: Trained) -> Relocated:
    """The draft of a pipeline that is seen from its own folder; what the code has to follow is noted in the draft."""
    up = posixpath.relpath(trained.base, trained.folder) if trained.moves else ""
    sections = drawn.sections
    table = str(sections["data"]["path"])
    found = Relocated(dict(sections), outputs=dict(_outputs(drawn)))
    if table != _TODO and (trained.moves or table.startswith(_OUT)):
        target = f"data/{posixpath.basename(table)}" if table.startswith(_OUT) else table
        found.brought = (posixpath.normpath(trained.base / table), target)
        found.sections["data"] = sections["data"] | {"path": target}
    seen = _Seen(table, found, up)
    if "pipeline" in sections:
        found.sections["pipeline"] = {
            name: seen.stage(stage) | {"writes": [found.outputs.get(path, path) for path in stage["writes"]]}
            for name, stage in sections["pipeline"].items()
        }
    found.sections["train"] = seen.stage(sections["train"])
    drawn.scripts = {path: seen.script(text) for path, text in drawn.scripts.items()}
    _tell(drawn, trained, found)
    return found


def _outputs(drawn: Drawn) -> Iterator[tuple[str, str]]:
    for stage in drawn.sections.get("pipeline", {}).values():
        for path in stage["writes"]:
            yield path, f"build/{path.replace(_OUT, '')}" if path.startswith(_OUT) else path


@dataclass(frozen=True)
class _Seen:
    table: str
    found: Relocated
    up: str

    def stage(self, stage: dict[str, Any]) -> dict[str, Any]:
        seen = stage | {"run": self.command(str(stage["run"]), stage.get("reads", []))}
        return seen | {"reads": [self.path(path) for path in stage["reads"]]} if "reads" in stage else seen

    def path(self, path: str) -> str:
        """What a stage reads: the table and what stages write are in the folder, all else is where it was."""
        if path == self.table and self.found.brought:
            return self.found.brought[1]
        for old, new in self.found.outputs.items():
            if path == old or path.startswith(f"{old}/"):
                return new + path[len(old) :]
        if not self.up or path == _TODO or any(overlap(path, old) for old in self.found.outputs):
            return path
        return posixpath.normpath(posixpath.join(self.up, path))

    def command(self, command: str, reads: list[str]) -> str:
        """The command with the paths of code and of what it reads and writes as they are seen from the folder."""
        if command.startswith(("bash scripts/adopted/", _TODO)):
            return command
        seen = [self.word(word, reads) for word in words(command)]
        return command if seen == [*words(command)] else shlex.join(seen)

    def script(self, text: str) -> str:
        """The script with the folder that it goes to first as it is seen from the model's."""
        return _ENTERS.sub(lambda found: f"{found[1]}{shlex.quote(self.folder(found[2]))}", text, count=1)

    def folder(self, written: str) -> str:
        """A folder that a shell is told to go to."""
        path = "".join(words(written))
        return posixpath.normpath(posixpath.join(self.up, path)) if self.up and not path.startswith("/") else path

    def word(self, word: str, reads: list[str]) -> str:
        option, equals, value = word.partition("=") if word.startswith("-") else ("", "", word)
        path = posixpath.normpath(value) if value else ""
        if path in reads or path in self.found.outputs or path.endswith((".py", ".ipynb", ".sh", ".r", ".R")):
            return f"{option}{equals}{self.path(path)}"
        return word


def _tell(drawn: Drawn, trained: Trained, found: Relocated) -> None:
    place: PurePosixPath = trained.folder
    if moved := {old: new for old, new in found.outputs.items() if old != new}:
        said = ", ".join(
            f"{place / new} instead of {posixpath.normpath(trained.base / old)}" for old, new in moved.items()
        )
        drawn.todo(f"{trained.pipeline.name}: a model's stages write in its folder: {said}")
    if drawn.scripts and (trained.moves or found.brought):
        scripts = ", ".join(str(place / each) for each in drawn.scripts)
        drawn.todo(f"the model's rows and what it writes lie in {place}: let the paths in {scripts} lead there")
    if not trained.moves:
        return
    drawn.todo(
        f"{trained.pipeline.at(trained.stage)}: commands run in {place} from now on: paths that the code itself opens "
        f"are as seen from there, such as {found.sections['train'].get('reads', ['build/data/train.parquet'])[0]}"
    )
