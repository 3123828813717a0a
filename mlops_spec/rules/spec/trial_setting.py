"""What is released was trained for good.

A `--dry-run`, a debug mode, a sample of the rows or a single round was for trying out the pipeline, and stayed: the
gates may pass, and the model has seen a hundredth of what it could.

Bad:

    train:
      run: python -m example.train --dry-run
      predictor: example.predict:load

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load

Fix: take the setting out of the spec, and give it by hand where something is tried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.tuning import number, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS315"
NAME = "trial-setting"
SEVERITY: Severity = "warning"


_MODES = regex(
    r"(debug(_mode)?|dry_?run|smoke(_?test|_run)?|fast_dev_run|toy|quick(_run|_test|_mode)?|test_(mode|run)|overfit_batches"
    r"|fake_data|dummy(_data)?|mock(_data)?|trial_run|sanity(_check)?|skip_(training|validation|evaluation|checks?))"
)
_OFF = (False, 0, None, "", "false", "0", "none", "no", "off")
_ROWS = regex(
    r"(n_?rows|max_(rows|train_rows|examples)|limit(_rows|_train_batches|_examples)?|num_rows|head|first_rows"
    r"|subset_(rows|size)|sample_rows|train_rows)"
)
_SHARES = regex(r"(sample|subset|data|train|rows)_?(frac|fraction|share|ratio|pct)|downsample_to|frac")
_ROUNDS = regex(r"(n_?|num_|max_)?(boost_rounds?|num_boost_round|estimators|iter|iterations|steps)")
_FEW_ROWS, _LITTLE = 2000, 0.2


def check(spec: Spec) -> Iterator[Finding]:
    few = max(_FEW_ROWS, (spec.data.contract.rows.min or 0) / 10)
    for place, name, value, piece in settings(spec):
        if why := _why_trial(name, value, few):
            yield Finding(place, why, "take it out of the spec", piece=piece)


def _why_trial(name: str, value: object, few: float) -> str:
    if _MODES.fullmatch(name) and value not in _OFF:
        return f"`{name}` is for trying out"
    count = number(value)
    if count is None:
        return ""
    if _ROWS.fullmatch(name) and 0 < count <= few:
        return f"{count:g} rows are learned from"
    if _SHARES.fullmatch(name) and 0 < count <= _LITTLE:
        return f"{count:.0%} of the rows are learned from"
    return f"`{name}` is a single round" if _ROUNDS.fullmatch(name) and count == 1 else ""
