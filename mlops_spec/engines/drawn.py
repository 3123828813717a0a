"""The draft from another tool's file: sections of a spec, scripts where a shell is needed, open tasks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple


class Step(NamedTuple):
    """Something to do or to know, and the command that does it where there is one."""

    what: str
    command: str = ""


@dataclass
class Drawn:
    """A draft; `left` are the things that the draft does not carry, each with what to do about it."""

    sections: dict[str, Any]
    left: list[Step] = field(default_factory=list)
    #: the old pipeline writes the table of all rows: DVC takes that only once its file is gone
    claimed: bool = False
    #: path → text, of scripts that stand for commands which a spec can't hold
    scripts: dict[str, str] = field(default_factory=dict)

    def todo(self, what: str, command: str = "") -> None:
        self.left.append(Step(what, command))

    @property
    def table(self) -> str:
        """The table of all rows; TODO where that is not known."""
        return str(self.sections["data"]["path"])

    def placed(self, sections: dict[str, Any]) -> Drawn:
        """The same draft with its sections as another folder has them."""
        return replace(self, sections=sections)
