"""What models reach that are trained anew at each origin of a forecast, as the stage `refit` left their answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from mlops_spec import model_folder
from mlops_spec.pipeline.answers import answers_of_columns
from mlops_spec.pipeline.measured import measure
from mlops_spec.spec.measures import measured
from mlops_spec.system.regular import regular

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.pipeline.answers import Answers
    from mlops_spec.spec import Spec


def refitted(root: Path, spec: Spec, answers: Answers) -> dict[str, dict[str, Any]]:
    """The section `refit`: how many further trainings there were, and what is measured of all test rows then.

    Rows of the first fold have the answers of the released model, which is trained just before. Nothing where the spec
    asks for none.
    """
    if not spec.data.refitted:
        return {}
    frame = pd.read_parquet(regular(root / model_folder.REFIT))
    told = answers.score.copy()
    told[frame["row"].to_numpy()] = answers_of_columns(frame)
    measures = measure(root, spec, measured(spec), replace(answers, score=told))
    return {"refit": {"trainings": spec.data.split.folds - 1, "measures": measures}}
