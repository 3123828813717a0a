"""A thing is said once, or the same way twice.

The seed, the target, the threshold and the columns are the spec's, and every check looks there. A parameter that says
it otherwise is what the code goes by: the model sees a column that is excluded, or another seed makes it.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      seed: 7
      params: {random_state: 42}

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      seed: 7
      params: {max_iter: 300}

Fix: take the parameter out, and let the code read what the spec says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.features import is_feature
from mlops_spec.spec.tasks import TASKS
from mlops_spec.spec.tuning import number, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS316"
NAME = "contrary-parameter"
SEVERITY: Severity = "warning"


_COLUMNS = regex(r"([a-z]+_)?(features?|feature_(columns|names|cols)|inputs?|input_columns|predictors|x_columns)")
_OUT = regex(r"drop|exclu|ignore|skip|remove|without|unused|protected|target|interact|monoton|non_|no_")


def check(spec: Spec) -> Iterator[Finding]:
    said = _repeated_settings(spec)
    for place, name, value, piece in settings(spec):
        if name in said and not isinstance(value, list) and not _same(said[name][1], value):
            where, right = said[name]
            if right is not None:
                yield Finding(place, f"`{where}` is `{right}`, and this is `{value}`", "take it out", piece=piece)
        elif isinstance(value, list) and _COLUMNS.fullmatch(name) and not _OUT.search(name):
            yield from _unseen(spec, place, value)


def _repeated_settings(spec: Spec) -> dict[str, tuple[str, object]]:
    data, seed = spec.data, ("train.seed", spec.train.seed if "seed" in spec.train.model_fields_set else None)
    threshold = ("evaluate.threshold", spec.evaluate.threshold if TASKS[spec.task].has("threshold") else None)
    test = ("data.split.test", data.split.test if "test" in data.split.model_fields_set else None)
    return {
        **dict.fromkeys(("seed", "random_state", "random_seed"), seed),
        **dict.fromkeys(("threshold", "decision_threshold"), threshold),
        **dict.fromkeys(
            ("target", "label", "target_column", "label_column", "target_col"), ("data.target", ", ".join(data.targets))
        ),
        **dict.fromkeys(("id_column", "id_col"), ("data.id", data.id)),
        **dict.fromkeys(("weight_column", "weight_col", "sample_weight_column"), ("data.weight", data.weight)),
        **dict.fromkeys(("positive_class", "positive_label", "pos_label"), ("data.positive", data.positive)),
        **dict.fromkeys(("test_size", "test_share", "test_fraction"), test),
    }


def _same(right: object, value: object) -> bool:
    one, other = number(right), number(value)
    return one == other if one is not None and other is not None else str(right) == str(value)


def _unseen(spec: Spec, place: Address, names: list[object]) -> Iterator[Finding]:
    known = {*spec.data.contract.columns, *spec.data.derive, *spec.data.targets}
    for index, name in enumerate(names):
        if isinstance(name, str) and name in known and not is_feature(spec, name):
            message = f"`{name}` is no feature by the spec, and the code is told that it is one"
            yield Finding((*place, index), message, "take it out")
