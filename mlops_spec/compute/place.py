"""The protocol of a place where commands of the spec run. The stage that waits for one does not know where that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Command:
    """A command as the spec has it, the folder that it runs in, and what its environment has besides.

    `named` says where in the spec it stands, for messages: `train.run`.
    """

    line: str
    folder: Path
    named: str
    environment: Mapping[str, str] = field(default_factory=dict)


class Compute(Protocol):
    """A place where commands run."""

    def run(self, command: Command) -> None:
        """Runs a command to its end, with the code of `src` at hand; what it wrote lies in its folder afterwards.

        No shell reads the line: what stands in it is words.

        Raises:
            Failure: the line can't be read (2), its program is not there (78), or it fails (1).
        """
