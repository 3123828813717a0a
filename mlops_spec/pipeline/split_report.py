"""The report of the stage `split` to later ones: the classes, the positive one, and which data was split."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from mlops_spec.errors import Exit, Failure
from mlops_spec.model_folder import SPLIT_REPORT
from mlops_spec.package.manifest import Data

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.package.manifest import Scalar


@dataclass(frozen=True)
class SplitReport:
    """The classes in the order of the model's answer, the positive one of a binary task, and the data file."""

    classes: tuple[Scalar, ...]
    positive: Scalar | None
    data: Data
    between: pd.DataFrame | None = None  # the gap's rows of a forecast, as far as they tell what was known


def read_split_report(root: Path) -> SplitReport:
    """Reads `build/data/split.json`; raises Failure when it is not there."""
    path = root / SPLIT_REPORT
    try:
        record = json.loads(path.read_bytes())
        between = pd.DataFrame(record["between"]) if "between" in record else None
        return SplitReport(tuple(record["classes"]), record["positive"], Data(**record["data"]), between)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Failure(
            f"{path} can't be read: {error}", exit_code=Exit.CONFIG, remedy="`mlops-spec run` writes it."
        ) from error
