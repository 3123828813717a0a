"""The code that makes the table before the split, as `data.prepare` runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.regex import regex
from mlops_spec.repository.code import code_of
from mlops_spec.spec.stages import PREPARE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.repository.view import Python, Repository
    from mlops_spec.spec import Spec

#: What learns from the answers by its nature: encoders by the target, and choosers of columns.
BY_ANSWERS = regex(
    r"^(Target|LeaveOneOut|CatBoost|MEstimate|WOE|JamesStein|GLMM|Quantile|Helmert)Encoder$"
    r"|^(SelectKBest|SelectPercentile|SelectFromModel|RFE|RFECV|BorutaPy|mutual_info_\w+|f_classif|f_regression)$"
)


def prepared(spec: Spec, repository: Repository) -> Iterator[Python]:
    """Its Python files; none where nothing is prepared."""
    code = code_of(spec, repository, repository.up).get(PREPARE) if spec.data.prepare else None
    for path in code.files if code else ():
        if (found := repository.python(path)) is not None:
            yield found
