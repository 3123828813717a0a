"""A parameter is one that training can do something with.

No round, a step of nought, a share above 1: the library refuses it after the data were fetched, or fits a constant
without a word. The names are those of scikit-learn, XGBoost, LightGBM, CatBoost and Keras.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      params: {learning_rate: 8, max_iter: 300}

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      params: {learning_rate: 0.08, max_iter: 300}

Fix: look the parameter's range up in the library, and mind percent and share.
"""

from __future__ import annotations

import re
from math import inf
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.tuning import number, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS317"
NAME = "impossible-parameter"
SEVERITY: Severity = "warning"


#: The least and the most of a parameter by its name, and whether the least itself is out of range.
_RANGES = (
    (r"(n_|num_|max_)?(epochs?|estimators|iterations)|max_iter|num_boost_round|num_rounds?|nrounds?", 1, inf, False),
    (r"learning_rate|lr|eta|initial_lr|base_lr", 0, 2, True),
    (r"dropout(_rate)?|validation_(fraction|split|share)|val_(split|share|fraction)", 0, 1, False),
    (r"subsample|colsample_by(tree|level|node)|feature_fraction|bagging_fraction|max_samples_share|rsm", 0, 1, True),
    (r"l1_ratio", 0, 1, False),
    (r"batch_size|n_neighbors|num_leaves|n_clusters|hidden_(size|units|dim)", 1, inf, False),
    (r"momentum", 0, 1, False),
    (r"c|gamma_c", 0, inf, True),
    (r"(cv|n_splits|folds|n_folds|cv_folds)", 2, 100, False),
    (r"(l1|l2)(_regularization|_leaf_reg)?|reg_(alpha|lambda)|weight_decay|min_child_weight", 0, inf, False),
)


def check(spec: Spec) -> Iterator[Finding]:
    values: dict[str, float] = {}
    for place, name, value, piece in settings(spec):
        count = number(value)
        if count is None:
            continue
        values[name] = count
        for pattern, low, high, above in _RANGES:
            if re.fullmatch(pattern, name) and not (low < count <= high if above else low <= count <= high):
                least = f"above {low:g}" if above else f"at least {low:g}"
                most = "" if high == inf else f" and at most {high:g}"
                yield Finding(place, f"`{name}` is {least}{most}, and not {count:g}", piece=piece)
                break
        if name in _STOPS and (rounds := next((values[each] for each in _OF if each in values), inf)) <= count:
            yield Finding(place, f"of {rounds:g} rounds none comes after {count:g} without a better one", piece=piece)


_STOPS = ("early_stopping_rounds", "n_iter_no_change", "early_stopping_patience", "patience")
_OF = ("n_estimators", "max_iter", "epochs", "max_epochs", "num_boost_round", "iterations")
