"""What an adoption has written, and what it leaves to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path, PurePosixPath

    from mlops_spec.engines.drawn import Step


class Proposed(NamedTuple):
    """A spec that was written, by its path from the root, and the file that it was drawn from."""

    path: PurePosixPath
    source: str
    model: str
    #: the lines that are still to be answered
    questions: dict[int, str]


class Adopted(NamedTuple):
    """The specs that were written below `root`, and all that is left to do, in order."""

    root: Path
    models: tuple[Proposed, ...]
    steps: tuple[Step, ...]
