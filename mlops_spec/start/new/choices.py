"""What was chosen for a model that begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import layout

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.start.new.starter import Names


@dataclass(frozen=True)
class Choices:
    """What a new repository, or a further model, is to be; `remote` is the DVC remote, a URL or a folder."""

    directory: Path
    starter: str
    names: Names
    remote: str
    python: str
    branch: str = layout.MAIN_BRANCH
    account: str = ""  # of AWS, where the remote is a bucket there
    region: str = ""
