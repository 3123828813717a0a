"""What rows are split by is no feature.

Each tested row is later than all that the model has learned from, and so is each row that it will ever be asked about.
Of the moment itself nothing can be learned; of the hour, the day of the week or the time since an event it can. The
name of a group that is tested is one that was never learned.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      split: {by: time, column: sold_on}
      contract:
        columns:
          sold_on: {type: timestamp}
    train:
      run: python -m credit.train
      features: {exclude: [id]}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      split: {by: time, column: sold_on}
      contract:
        columns:
          sold_on: {type: timestamp}
    train:
      run: python -m credit.train
      features: {exclude: [id, sold_on]}

Fix: add the column to `train.features.exclude`, and give the model what repeats, such as the hour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.features import exclusion, is_feature
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS134"
NAME = "feature-of-time"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    if TASKS[spec.task].ahead:
        return  # asked about later ones is what it is for, and days of the week come back
    column = spec.data.split.column
    if column is not None and is_feature(spec, column) and _names_group(spec, column):
        message = f"the model sees `{column}`, and is tested on groups alone that it does not know"
        yield Finding(("data", "split", "column"), message, exclusion(spec, column))
    if spec.data.split.by == "time" and column is not None and _is_moment(spec, column) and is_feature(spec, column):
        message = f"the model sees `{column}`, and is only ever asked about later ones than it knows"
        yield Finding(("data", "split", "column"), message, exclusion(spec, column))


def _is_moment(spec: Spec, column: str) -> bool:
    """Whether a column is told to hold moments, as against years, of which a trend may be learned."""
    told = spec.data.contract.columns.get(column) if spec.data.contract else None
    return told is not None and told.type in ("timestamp", "date")


_KEY = regex(r"(.*_)?(id|key|uuid|code|number|no|nr)")


def _names_group(spec: Spec, column: str) -> bool:
    told = spec.data.contract.columns.get(column)
    if spec.data.split.by != "group" or told is None:
        return False
    return told.type in ("string", "category") or bool(_KEY.fullmatch(column.lower()))
