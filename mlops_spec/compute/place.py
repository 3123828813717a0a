"""The protocol of a place where commands of the spec run. The stage that waits for one does not know where that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from mlops_spec.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Command:
    """A command as the spec has it, the folder that it runs in, and what its environment has besides.

    `named` says where in the spec it stands, for messages: `train.run`. Of what it `reads` and `writes` a place brings
    there and back what Git does not have; paths are relative to the folder.
    """

    line: str
    folder: Path
    named: str
    environment: Mapping[str, str] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


class Stopped(Failure):
    """A command was ended by a signal: from outside, or by the system for want of memory."""


class Compute(Protocol):
    """A place where commands run."""

    def run(self, command: Command) -> None:
        """Runs a command to its end, with the code of `src` at hand; what it wrote lies in its folder afterwards.

        No shell reads the line: what stands in it is words.

        Raises:
            Stopped: a signal ended it (1).
            Failure: the line can't be read (2), its program is not there (78), or it fails (1); the place is away (69),
                or does not have what the command needs (78).
        """
